/// One file on its way to its sink, over as many connections as it takes. Lives on the transfer thread.
final class Transfer {
  let id: Int
  let request: TransferRequest
  let sink: any TransferSink
  var channel: (any TransferChannel)?
  /// When the next try begins, while there is no channel.
  var due: ContinuousClock.Instant?
  var isHeld = false
  var isStopped = false
  var lastActivity = ContinuousClock.now
  /// The first good answer: what every later one is compared with.
  private var opening: ResponseHead?
  private var delivered = 0
  private var failures = 0

  init(id: Int, request: TransferRequest, sink: any TransferSink) {
    self.id = id
    self.request = request
    self.sink = sink
  }

  /// The first byte still wanted.
  var position: Int { (request.range?.lowerBound ?? 0) + delivered }

  /// Whether the next request names a range.
  var needsRange: Bool { request.range != nil || delivered > 0 }

  /// `Range` value of the next request.
  var rangeField: String { "bytes=\(position)-" + (request.range.map { String($0.upperBound - 1) } ?? "") }

  /// `If-Range` value: the file that was begun, or whatever is there instead.
  var ifRangeField: String? { delivered > 0 ? opening?.validator : nil }

  /// Judges an answer's head. Returns how many bytes of its body lie before `position`.
  func accept(_ head: ResponseHead) throws(RemoteError) -> Int {
    let url = request.resource.publicURL
    if let opening, delivered > 0 {
      let before = opening.validator ?? opening.totalLength.map { "\($0) bytes" }
      let after = head.validator ?? head.totalLength.map { "\($0) bytes" }
      if let before, let after, before != after { throw .changed(url: url, before: before, after: after) }
    }
    let skip: Int
    if head.status == 206 {
      guard let first = head.contentRange?.first, first <= position else {
        throw .network(url: url, reason: "the server answered with another range than the one asked for")
      }
      skip = position - first
    } else {
      skip = position
    }
    if opening == nil {
      opening = head
      sink.opened(head)
    }
    return skip
  }

  /// Passes body bytes on.
  func deliver(_ bytes: UnsafeRawBufferPointer) {
    lastActivity = .now
    var bytes = bytes
    if let end = request.range?.upperBound, position + bytes.count >= end {
      bytes = UnsafeRawBufferPointer(rebasing: bytes[..<(end - position)])
      isStopped = true
    }
    guard bytes.count > 0 else { return }
    delivered += bytes.count
    failures = 0
    switch sink.received(bytes) {
    case .more: break
    case .hold: isHeld = true
    case .stop: isStopped = true
    }
  }

  /// Either plans another try, and returns true, or closes the sink.
  func failed(_ error: RemoteError) -> Bool {
    failures += 1
    guard
      let pause = request.policy.retry.pause(after: error, failures: failures, dice: .random(in: 0..<1))
    else {
      sink.closed(error)
      return false
    }
    due = .now + pause
    return true
  }

  /// Whether the body that ended now ended too early.
  func missing(of head: ResponseHead) -> RemoteError? {
    guard !isStopped, let total = head.totalLength, position < min(total, request.range?.upperBound ?? total)
    else { return nil }
    return .network(
      url: request.resource.publicURL, reason: "the connection ended after \(position) of \(total) bytes")
  }
}
