import PixRemote

/// Takes a chunk into memory whole. Lives on the transfer thread.
final class ChunkSpool: TransferSink, @unchecked Sendable {
  enum Failure: Error {
    case remote(RemoteError)
    case tooLarge(Int)
  }

  private let contents: MemoryFile
  private let budget: MemoryBudget
  private let done: (Result<HeldChunk, Failure>) -> Void
  private var reserved: Int
  private var bytes = 0
  private var failure: Failure?
  private var isStopped = false

  /// - Parameter reserved: bytes entered into the budget for it already.
  init(reserved: Int, budget: MemoryBudget, done: @escaping (Result<HeldChunk, Failure>) -> Void) throws(RemoteError) {
    contents = try MemoryFile()
    self.reserved = reserved
    self.budget = budget
    self.done = done
  }

  /// Ends it without an answer.
  func stop() {
    guard !isStopped else { return }
    isStopped = true
    budget.release(reserved)
  }

  func opened(_ head: ResponseHead) {
    if let size = head.totalLength, size > budget.limit { failure = .tooLarge(size) }
  }

  func received(_ part: UnsafeRawBufferPointer) -> TransferFlow {
    guard !isStopped, failure == nil else { return .stop }
    bytes += part.count
    guard bytes <= budget.limit else {
      failure = .tooLarge(bytes)
      return .stop
    }
    if bytes > reserved {
      budget.force(bytes - reserved)
      reserved = bytes
    }
    do throws(RemoteError) { try contents.append(part) } catch {
      failure = .remote(error)
      return .stop
    }
    return .more
  }

  func closed(_ error: RemoteError?) {
    guard !isStopped else { return }
    isStopped = true
    if let failure = failure ?? error.map(Failure.remote) {
      budget.release(reserved)
      return done(.failure(failure))
    }
    budget.release(reserved - bytes)
    done(.success(HeldChunk(contents, bytes: bytes, budget: budget)))
  }
}
