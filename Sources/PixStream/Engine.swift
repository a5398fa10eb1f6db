import Glibc
import PixRemote
import PixThreads

/// The threads of this process: one for transfers, one per core for decoding. Shared by all streams.
///
/// Around `fork` both kinds park, so that neither process inherits a lock in mid-flight; the parent's go on, the
/// child leaves the old engine alone and gets its own on first use.
final class Engine: Sendable {
  let transfers = TransferLoop()
  let workers: WorkerThreads

  private init() {
    workers = WorkerThreads(count: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
  }

  /// How many forks lie between this process and the one that loaded the engine. Written in new children only.
  nonisolated(unsafe) private(set) static var generation: UInt64 = 0
  nonisolated(unsafe) private static var host = Monitor<Engine?>(nil)

  private static let forkHooks: Void = {
    pthread_atfork(
      { Engine.host.withLock { $0 }?.park() },
      { Engine.host.withLock { $0 }?.unpark() },
      { Engine.becomeChild() })
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
  }

  private static func becomeChild() {
    let inherited = host
    generation += 1
    host = Monitor(nil)
    // Never destroyed: its streams and handles belong to the parent.
    let engine = inherited.withLock { $0 }
    _ = Unmanaged.passRetained(inherited)
    engine?.transfers.abandon()
  }
}
