import Glibc
import PixRemote
import PixThreads

/// The threads of this process: one for transfers, one per core for decoding. Shared by all streams.
///
/// Around `fork` both kinds park, so that neither process inherits a lock in mid-flight. The parent's go on when the
/// engine is next used, not at once: CPython counts threads right after a fork, and warns when there is more than one.
/// The child leaves the old engine alone and gets its own on first use.
final class Engine: Sendable {
  let transfers = TransferLoop()
  let workers: WorkerThreads
  /// Since a fork, until the next use.
  private let isResting = Monitor(false)

  private init() {
    workers = WorkerThreads(count: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
  }

  /// How many forks lie between this process and the one that loaded the engine. Written in new children only.
  nonisolated(unsafe) private(set) static var generation: UInt64 = 0
  nonisolated(unsafe) private static var host = Monitor<Engine?>(nil)
  /// Whether a thread is forking: another one waits its turn.
  nonisolated(unsafe) private static var isForking = Monitor(false)
  /// The engine that waits for a fork to be over.
  nonisolated(unsafe) private static var parked: Engine?

  private static let forkHooks: Void = {
    pthread_atfork(
      {
        isForking.wait { (isForking: inout Bool) -> Void? in
          if isForking { return nil }
          isForking = true
          return ()
        }
        parked = host.withLock { $0 }
        parked?.park()
      },
      {
        parked?.unpark()
        parked = nil
        isForking.update { $0 = false }
      },
      { becomeChild() })
  }()

  static var current: Engine {
    _ = forkHooks
    return host.withLock { engine in
      if let engine { return engine }
      let fresh = Engine()
      engine = fresh
      return fresh
    }
  }

  private func park() {
    workers.park()
    transfers.park()
  }

  private func unpark() {
    transfers.unpark()
    workers.unpark()
    isResting.withLock { $0 = true }
  }

  /// Starts again what a fork has stopped.
  func goOn() {
    let wasResting = isResting.withLock { isResting in
      defer { isResting = false }
      return isResting
    }
    guard wasResting else { return }
    transfers.goOn()
    workers.goOn()
  }

  /// The old locks are not looked at, since another thread may have held them, and the old engine is never
  /// destroyed: its streams and handles belong to the parent.
  private static func becomeChild() {
    EngineThread.becomeOnlyThread()
    generation += 1
    _ = Unmanaged.passRetained(host)
    host = Monitor(nil)
    _ = Unmanaged.passRetained(isForking)
    isForking = Monitor(false)
    guard let inherited = parked else { return }
    _ = Unmanaged.passRetained(inherited)
    parked = nil
    inherited.transfers.abandon()
  }
}
