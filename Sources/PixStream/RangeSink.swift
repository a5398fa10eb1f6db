import PixRemote

/// Collects a range of a file. Lives on the transfer thread.
final class RangeSink: TransferSink, @unchecked Sendable {
  struct Part {
    /// Fewer than asked for where the file ends before.
    var bytes: [UInt8]
    var head: ResponseHead
  }

  private let count: Int
  private let done: (Result<Part, RemoteError>) -> Void
  private var part = Part(bytes: [], head: ResponseHead(status: 0))

  init(_ count: Int, done: @escaping (Result<Part, RemoteError>) -> Void) {
    self.count = count
    self.done = done
  }

  func opened(_ head: ResponseHead) { part.head = head }

  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow {
    part.bytes.append(contentsOf: bytes.prefix(count - part.bytes.count))
    return .more
  }

  func closed(_ error: RemoteError?) { done(error.map { .failure($0) } ?? .success(part)) }
}
