/// One file on its way to its sink, over as many connections as it takes. Lives on the transfer thread.
final class Transfer {
  let id: Int
  let request: TransferRequest
  let sink: any TransferSink
  /// Where the bytes are: what was asked for, or the fresh link that took its place.
  private(set) var resource: Resource
  /// For `resource` only.
  private(set) var key: APIKey?
  private var linkExpiry: UTCTime?
  var channel: (any TransferChannel)?
  /// When the next try begins, while there is no channel.
  var due: ContinuousClock.Instant?
  var isHeld = false
  var isStopped = false
  var lastActivity = ContinuousClock.now
  /// The first good answer: what every later one is compared with.
  private var opening: ResponseHead?
  private var received = 0
  private var failures = 0
  /// How much had been received when the latest try failed.
  private var receivedByFailure = 0
  /// A fresh link was asked for, and no byte has come since.
  private var linkIsSettled = false
  /// Bytes received that the sink has not taken.
  private var carried: [UInt8] = []
  /// The last connection delivered everything; only `carried` is left.
  private var isComplete = false

  init(id: Int, request: TransferRequest, sink: any TransferSink) {
    self.id = id
    self.request = request
    self.sink = sink
    resource = request.resource
    key = request.key
    linkExpiry = request.renewal?.expiry
    if let link = request.links?.link { follow(link) }
  }

  /// The first byte not received.
  var position: Int { (request.range?.lowerBound ?? 0) + received }

  /// Whether the next request names a range.
  var needsRange: Bool { request.range != nil || received > 0 }

  /// `Range` value of the next request.
  var rangeField: String {
    guard let end = request.range?.upperBound, end < .max else { return "bytes=\(position)-" }
    return "bytes=\(position)-\(end - 1)"
  }

  /// `If-Range` value: the file that was begun, or whatever is there instead.
  var ifRangeField: String? { received > 0 ? opening?.validator : nil }

  /// Judges an answer's head. Returns how many bytes of its body lie before `position`.
  func accept(_ head: ResponseHead) throws(RemoteError) -> Int {
    let url = resource.publicURL
    for known in [request.expected, opening] {
      if let (before, after) = known?.contradiction(of: head) {
        throw .changed(url: url, before: before, after: after)
      }
    }
    let skip: Int
    if head.status == 206 {
      guard let first = head.contentRange?.first, first <= position else {
        throw .network(url: url, reason: "the server answered with another range than the one asked for")
      }
      skip = position - first
    } else if request.refusesWhole, resource.origin != nil, position > 0 || head.bodyEnd != request.range?.upperBound {
      throw .rangeless(url: url, size: head.contentLength)
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
    if let end = request.range?.upperBound, bytes.count >= end - position {
      bytes = UnsafeRawBufferPointer(rebasing: bytes[..<(end - position)])
      isComplete = true
    }
    guard bytes.count > 0 else { return }
    received += bytes.count
    linkIsSettled = false
    offer(bytes)
  }

  /// Gives bytes to the sink; what it does not take is carried.
  private func offer(_ bytes: UnsafeRawBufferPointer) {
    switch sink.received(bytes) {
    case .more: carried = []
    case .hold(let taken):
      isHeld = true
      carried = Array(bytes[taken...])
    case .stop:
      isStopped = true
      carried = []
    }
  }

  /// The sink wants more: first of all what is carried.
  func release() {
    isHeld = false
    lastActivity = .now
    let waiting = carried
    guard !waiting.isEmpty else { return }
    waiting.withUnsafeBytes(offer)
  }

  /// Whether nothing further is wanted from the current connection.
  var isSated: Bool { isStopped || isComplete }

  /// Everything has been received. Returns whether the sink has taken it all, and was told.
  func complete() -> Bool {
    isComplete = true
    guard carried.isEmpty || isStopped else { return false }
    sink.closed(nil)
    return true
  }

  /// Whether the sink has taken everything and only has to be told.
  var isFinished: Bool { isComplete && channel == nil && carried.isEmpty }

  // MARK: Failures

  /// A try that brings less has failed whatever it brought, or a server could go on a byte at a time for ever.
  static let steadyProgress = 64 << 10

  enum Remedy {
    /// `due` says when.
    case tryAgain
    case askForLink(LinkRenewal)
    /// The sink has been told.
    case none
  }

  /// What is to be done about a try that failed.
  func failed(_ error: RemoteError) -> Remedy {
    if !request.startsOver, received - receivedByFailure >= Transfer.steadyProgress { failures = 0 }
    failures += 1
    receivedByFailure = received
    if LinkRenewal.mayHelp(after: error), failures <= request.policy.retry.tries, let renewal = takeRenewal() {
      return .askForLink(renewal)
    }
    guard
      let pause = request.policy.retry.pause(after: error, failures: failures, dice: .random(in: 0..<1))
    else {
      sink.closed(error)
      return .none
    }
    request.onRetry?(error, pause)
    if request.startsOver { startOver() }
    due = .now + pause
    return .tryAgain
  }

  private func startOver() {
    opening = nil
    received = 0
    receivedByFailure = 0
    carried = []
  }

  // MARK: Links

  /// What is to be asked before the present link is used; nil when the link is good or nothing better can be had.
  func takeRenewalIfDue() -> LinkRenewal? {
    var renewal = request.renewal
    renewal?.expiry = linkExpiry
    return renewal?.isDue() == true ? takeRenewal() : nil
  }

  private func takeRenewal() -> LinkRenewal? {
    guard !linkIsSettled else { return nil }
    linkIsSettled = true
    return request.renewal
  }

  /// Goes on with a fresh link.
  func follow(_ link: LinkRenewal.Fresh) {
    resource = link.resource
    key = link.key
    linkExpiry = link.expiry
  }

  /// Whether the body that ended now ended too early.
  func missing(of head: ResponseHead) -> RemoteError? {
    guard !isSated, let total = head.totalLength, position < min(total, request.range?.upperBound ?? total)
    else { return nil }
    return .network(
      url: resource.publicURL, reason: "the connection ended after \(position) of \(total) bytes")
  }
}
