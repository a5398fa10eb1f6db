import Glibc
import PixRemote
import PixThreads

/// Writes a chunk's bytes to its part as they come, on the transfer thread.
final class PartSink: TransferSink {
  enum End: Sendable {
    case whole
    case failed(RemoteError)
    case unwritable(ExportError)
  }

  private struct State {
    var failure: ExportError?
    var descriptor: Int32
  }

  private let part: PartFolder
  private let isResumed: Bool
  private let state: Monitor<State>
  private let onBytes: @Sendable (Int) -> Void
  private let onEnd: @Sendable (End) -> Void

  /// - Parameters:
  ///   - onBytes: told how many have been written.
  ///   - onEnd: told once.
  init(
    _ part: PartFolder, onBytes: @escaping @Sendable (Int) -> Void, onEnd: @escaping @Sendable (End) -> Void
  ) throws(ExportError) {
    self.part = part
    self.onBytes = onBytes
    self.onEnd = onEnd
    isResumed = part.size > 0
    let descriptor = open(part.bytes, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw .file(path: part.bytes, code: errno) }
    state = Monitor(State(descriptor: descriptor))
  }

  deinit { state.withLock { _ = close($0.descriptor) } }

  func opened(_ head: ResponseHead) {
    guard !isResumed else { return }
    do throws(ExportError) { try part.note(head) } catch { state.withLock { $0.failure = error } }
  }

  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow {
    let isWritten = state.withLock { state in
      if state.failure == nil, let code = Disk.append(bytes, to: state.descriptor) {
        state.failure = .file(path: part.bytes, code: code)
      }
      return state.failure == nil
    }
    guard isWritten else { return .stop }
    onBytes(bytes.count)
    return .more
  }

  func closed(_ error: RemoteError?) {
    let failure = state.withLock { $0.failure }
    onEnd(failure.map { .unwritable($0) } ?? error.map { .failed($0) } ?? .whole)
  }
}
