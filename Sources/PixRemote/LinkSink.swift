/// Collects the service's answer to the wish for a fresh link. Lives on the transfer thread.
final class LinkSink: TransferSink, @unchecked Sendable {
  private let renewal: LinkRenewal
  private let done: (LinkRenewal.Fresh?) -> Void
  private var answer: [UInt8] = []
  private var isTooLong = false

  /// - Parameter done: nil when there is no fresh link to be had.
  init(_ renewal: LinkRenewal, done: @escaping (LinkRenewal.Fresh?) -> Void) {
    self.renewal = renewal
    self.done = done
  }

  func opened(_ head: ResponseHead) { answer = [] }

  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow {
    isTooLong = answer.count + bytes.count > LinkRenewal.longestAnswer
    guard !isTooLong else { return .stop }
    answer.append(contentsOf: bytes)
    return .more
  }

  func closed(_ error: RemoteError?) {
    done(error == nil && !isTooLong ? renewal.fresh(in: answer) : nil)
  }
}
