import CThreads
import Glibc

/// A plain thread with every signal blocked, so that signals reach the interpreter's own threads.
public struct EngineThread: Sendable {
  private let handle: pthread_t

  /// Starts `body` on a new thread; `name` (at most 15 bytes) shows in `top -H` and debuggers.
  public init(name: StaticString, _ body: @escaping @Sendable () -> Void) {
    var everySignal = sigset_t()
    var previous = sigset_t()
    sigfillset(&everySignal)
    pthread_sigmask(SIG_SETMASK, &everySignal, &previous)
    defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 1 << 20)
    defer { pthread_attr_destroy(&attributes) }
    let entry = Unmanaged.passRetained(Entry(name: name, body: body))
    var handle = pthread_t()
    let failure = pthread_create(
      &handle, &attributes,
      { context in
        guard let context else { return nil }
        let entry = Unmanaged<Entry>.fromOpaque(context).takeRetainedValue()
        let comm = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        if comm >= 0 {
          _ = write(comm, entry.name.utf8Start, entry.name.utf8CodeUnitCount)
          close(comm)
        }
        entry.body()
        return nil
      }, entry.toOpaque())
    precondition(failure == 0, "the system refused a new thread")
    self.handle = handle
  }

  /// Waits until the thread has ended.
  public func join() { pthread_join(handle, nil) }

  /// For the only thread of a forked child, before all else.
  public static func becomeOnlyThread() { pix_forget_thread_id() }

  private final class Entry: Sendable {
    let name: StaticString
    let body: @Sendable () -> Void
    init(name: StaticString, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}
