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
  private var received = 0
  private var failures = 0
  /// Bytes received that the sink has not taken.
  private var carried: [UInt8] = []
  /// The last connection delivered everything; only `carried` is left.
  private var isComplete = false

  init(id: Int, request: TransferRequest, sink: any TransferSink) {
    self.id = id
    self.request = request
    self.sink = sink
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
    let url = request.resource.publicURL
    if let opening, received > 0 {
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
    if let end = request.range?.upperBound, bytes.count >= end - position {
      bytes = UnsafeRawBufferPointer(rebasing: bytes[..<(end - position)])
      isComplete = true
    }
    guard bytes.count > 0 else { return }
    received += bytes.count
    failures = 0
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

  /// Whether the end only waits for the sink to take what is carried.
  var awaitsSink: Bool { isComplete && channel == nil && due == nil }

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
    guard !isSated, let total = head.totalLength, position < min(total, request.range?.upperBound ?? total)
    else { return nil }
    return .network(
      url: request.resource.publicURL, reason: "the connection ended after \(position) of \(total) bytes")
  }
}
