import Glibc

/// Ctrl-C and its like, noticed between two pieces of work; a second one ends the process at once.
final class StopSignals {
  private static let all = [SIGINT, SIGTERM, SIGHUP]
  /// Written by the handler, which may do nothing else.
  nonisolated(unsafe) private static let received = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)

  init() {
    StopSignals.received.initialize(to: 0)
    for number in StopSignals.all {
      var action = sigaction()
      // What is ignored from the start, as under nohup, stays so.
      sigaction(number, nil, &action)
      if unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1 { continue }
      action = sigaction()
      action.sa_flags = Int32(truncatingIfNeeded: SA_RESETHAND)
      action.__sigaction_handler.sa_handler = { StopSignals.received.pointee = sig_atomic_t($0) }
      sigaction(number, &action, nil)
    }
  }

  var goesOn: Bool { StopSignals.received.pointee == 0 }

  /// Ends the process by the signal that came, so that shells and scripts see what ended it.
  func endProcess() -> Never {
    let number = Int32(StopSignals.received.pointee)
    signal(number, SIG_DFL)
    raise(number)
    exit(128 + number)
  }
}
