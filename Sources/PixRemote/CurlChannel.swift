import CCurl
import Glibc
import PixVersion

/// One HTTP request on libcurl's multi handle.
final class CurlChannel: TransferChannel {
  static let longestHead = 256 << 10
  static let longestErrorBody = 64 << 10
  private static let errorBytes = 256

  let easy: UnsafeMutableRawPointer
  unowned let transfer: Transfer
  private let multi: UnsafeMutableRawPointer
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: CurlChannel.errorBytes)
  private var head = ResponseHead(status: 0)
  private var headBytes = 0
  private var headIsJudged = false
  private var bytesToSkip = 0
  private var errorBody: [UInt8] = []
  private var verdict: RemoteError?
  private var isPaused = false
  private var isSecure = false
  private let started = ContinuousClock.now
  private let range: Range<Int>?
  private var bytes = 0

  init(_ transfer: Transfer, url: String, on multi: UnsafeMutableRawPointer, sockets: SocketRegistry)
    throws(RemoteError)
  {
    guard let easy = pix_curl_easy_init() else { throw .transport(reason: "libcurl has no handle to give") }
    self.easy = easy
    self.transfer = transfer
    self.multi = multi
    range = transfer.needsRange ? transfer.position..<(transfer.request.range?.upperBound ?? .max) : nil
    errorText.initialize(repeating: 0, count: CurlChannel.errorBytes)
    configure(url: url, sockets: sockets)
    guard pix_curl_multi_add_handle(multi, easy) == CURLM_OK else {
      close()
      throw .transport(reason: "libcurl refused another transfer")
    }
  }

  deinit { errorText.deallocate() }

  private func configure(url: String, sockets: SocketRegistry) {
    let request = transfer.request
    let context = Unmanaged.passUnretained(self).toOpaque()
    isSecure = Origin(url)?.scheme == "https"
    url.withCString { _ = pix_curl_set_pointer(easy, CURLOPT_URL, $0) }
    pix_curl_allow_web_only(easy, isSecure ? 1 : 0)
    "pixcrawler/\(PixCrawlerVersion.text)".withCString { _ = pix_curl_set_pointer(easy, CURLOPT_USERAGENT, $0) }
    pix_curl_set_pointer(easy, CURLOPT_PRIVATE, context)
    pix_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    pix_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    pix_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 1)
    pix_curl_set_long(easy, CURLOPT_MAXREDIRS, 5)
    pix_curl_set_long(easy, CURLOPT_BUFFERSIZE, 256 << 10)
    pix_curl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
    pix_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    pix_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request.policy.connectTimeout))
    if !request.policy.verifiesTLS {
      pix_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
      pix_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
    }
    if request.method == .post {
      pix_curl_set_long(easy, CURLOPT_POST, 1)
      "".withCString { _ = pix_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0) }
    }
    pix_curl_set_socket_functions(
      easy, SocketRegistry.openSocket, SocketRegistry.closeSocket,
      Unmanaged.passUnretained(sockets).toOpaque())
    pix_curl_set_data_function(
      easy, CURLOPT_HEADERFUNCTION,
      { bytes, size, count, context in
        let channel = Unmanaged<CurlChannel>.fromOpaque(context!).takeUnretainedValue()
        return channel.header(UnsafeRawBufferPointer(start: bytes, count: size * count))
      }, context)
    pix_curl_set_data_function(
      easy, CURLOPT_WRITEFUNCTION,
      { bytes, size, count, context in
        let channel = Unmanaged<CurlChannel>.fromOpaque(context!).takeUnretainedValue()
        return channel.body(UnsafeRawBufferPointer(start: bytes, count: size * count))
      }, context)
    add(header: "Accept-Encoding: identity")
    if let key = transfer.key { add(header: "Authorization: \(key.authorization)") }
    if transfer.needsRange { add(header: "Range: \(transfer.rangeField)") }
    if let validator = transfer.ifRangeField { add(header: "If-Range: \(validator)") }
    pix_curl_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)
  }

  private func add(header: String) { headerList = pix_curl_slist_append(headerList, header) }

  private func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
  }

  private func header(_ bytes: UnsafeRawBufferPointer) -> Int {
    transfer.lastActivity = .now
    headBytes += bytes.count
    guard headBytes <= CurlChannel.longestHead else {
      verdict = .network(
        url: transfer.resource.publicURL,
        reason: "the server's header fields are longer than \(CurlChannel.longestHead) bytes")
      return 0
    }
    // What comes after the body tells nothing about the file.
    guard !headIsJudged else { return bytes.count }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      head = ResponseHead(status: 0)
    } else {
      head.add(line: line[...])
    }
    return bytes.count
  }

  private func body(_ bytes: UnsafeRawBufferPointer) -> Int {
    judgeHead()
    self.bytes += bytes.count
    if let verdict {
      guard case .status = verdict else { return 0 }
      errorBody.append(contentsOf: bytes.prefix(CurlChannel.longestErrorBody - errorBody.count))
      return errorBody.count < CurlChannel.longestErrorBody ? bytes.count : 0
    }
    if transfer.isHeld {
      self.bytes -= bytes.count
      isPaused = true
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    let skipped = min(bytesToSkip, bytes.count)
    bytesToSkip -= skipped
    if skipped > 0 { transfer.lastActivity = .now }
    transfer.deliver(UnsafeRawBufferPointer(rebasing: bytes[skipped...]))
    // A body that ends with what is wanted leaves the connection fit for the next request.
    let endsItself = !transfer.isStopped && head.bodyEnd == transfer.position
    return transfer.isSated && !endsItself ? 0 : bytes.count
  }

  /// Once per answer, when its head is whole.
  private func judgeHead() {
    guard !headIsJudged else { return }
    headIsJudged = true
    var status = 0
    pix_curl_response_code(easy, &status)
    head.status = status
    guard (200..<300).contains(status) else {
      verdict = .status(
        url: transfer.resource.publicURL, status: status, message: nil,
        retryAfter: RetryAfter.parse(head["retry-after"]))
      return
    }
    do { bytesToSkip = try transfer.accept(head) } catch { verdict = error }
  }

  /// What is wrong with the answer itself, as far as it has come.
  var refusal: RemoteError? {
    guard case .status(let url, let status, _, let retryAfter) = verdict else { return verdict }
    return .status(
      url: url, status: status, message: ErrorBody.message(in: errorBody), retryAfter: retryAfter)
  }

  /// What the whole attempt came to; nil when every byte has been delivered.
  func outcome(_ code: CURLcode) -> RemoteError? {
    if transfer.isSated { return nil }
    if code == CURLE_OK { judgeHead() }
    if let refusal { return refusal }
    let url = transfer.resource.publicURL
    if code == CURLE_OK, bytesToSkip > 0 {
      return .network(url: url, reason: "the file ended before byte \(transfer.position), the next one wanted")
    }
    if code == CURLE_OK { return transfer.missing(of: head) }
    let detail = String(cString: errorText)
    let reason = detail.isEmpty ? String(cString: pix_curl_easy_strerror(code)) : detail
    switch code {
    case CURLE_TOO_MANY_REDIRECTS:
      var status = 0
      pix_curl_response_code(easy, &status)
      return .status(url: url, status: status, message: reason, retryAfter: nil)
    // Such as the rest of a longer body than was announced, on a connection that was used before: a fresh one may do.
    case CURLE_UNSUPPORTED_PROTOCOL where reason.contains("HTTP/0.9"):
      return .network(url: url, reason: "the server's answer is no HTTP")
    case CURLE_UNSUPPORTED_PROTOCOL where isSecure: return .insecure(url: url)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .source(reason: "\(url): \(reason)")
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
      return .untrusted(url: url, reason: reason)
    case CURLE_PARTIAL_FILE: return transfer.missing(of: head) ?? .network(url: url, reason: reason)
    default: return .network(url: url, reason: reason)
    }
  }

  /// How it went until now.
  func note(_ error: RemoteError?) -> RequestNote {
    let failure: String? =
      switch error {
      case .network(_, let reason)?, .untrusted(_, let reason)?, .transport(let reason)?, .source(let reason)?: reason
      case .changed?: "the file changed"
      case .rangeless?: "no parts of the file are given"
      case nil where head.status == 0: "ended before an answer"
      default: nil
      }
    return RequestNote(
      method: transfer.request.method, url: transfer.resource.publicURL, range: range,
      status: head.status == 0 ? nil : head.status, failure: failure, bytes: bytes, duration: .now - started)
  }

  func resume() {
    guard isPaused else { return }
    isPaused = false
    pix_curl_easy_pause(easy, CURLPAUSE_CONT)
  }

  func close() {
    pix_curl_multi_remove_handle(multi, easy)
    pix_curl_easy_cleanup(easy)
    pix_curl_slist_free_all(headerList)
  }
}
