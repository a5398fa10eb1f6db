import PixRemote

/// Collects a range of known length. Lives on the transfer thread.
final class RangeSink: TransferSink, @unchecked Sendable {
  private let count: Int
  private let done: ([UInt8]?) -> Void
  private var bytes: [UInt8] = []

  /// - Parameter done: the whole range, or nil when it did not come.
  init(_ count: Int, done: @escaping ([UInt8]?) -> Void) {
    self.count = count
    self.done = done
  }

  func opened(_ head: ResponseHead) {}

  func received(_ part: UnsafeRawBufferPointer) -> TransferFlow {
    bytes.append(contentsOf: part.prefix(count - bytes.count))
    return .more
  }

  func closed(_ error: RemoteError?) { done(error == nil && bytes.count == count ? bytes : nil) }
}
