import Glibc
import PixExport
import PixLaunch

/// Says on standard error how far long work is. For one thread.
final class ProgressDisplay {
  private var feed: ProgressFeed
  private let started = ContinuousClock.now

  init(_ mode: ProgressMode, title: String, waiting: String = "") {
    let style = ProgressStyle(mode, isTerminal: Terminal.showsErrors, environment: ProcessEnvironment.current)
    feed = ProgressFeed(style: style, title: title, waiting: waiting)
    if case .bar = style { ProgressDisplay.clearWhenInterrupted() }
  }

  /// To be called often: how seldom something is written is decided here.
  func show(_ progress: ExportProgress) {
    emit(feed.show(progress, at: .now - started) { Terminal.columns })
  }

  /// Before anything can be counted.
  func show(_ text: String) { emit(feed.show(text) { Terminal.columns }) }

  /// Makes room for another line on standard error.
  func clear() { emit(feed.clear()) }

  func finish() { emit(feed.finish(at: .now - started)) }

  private func emit(_ text: String?) {
    guard let text else { return }
    _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }

  /// The shell's prompt comes to stand on an empty line. Whoever handles these signals already clears it himself.
  private static func clearWhenInterrupted() {
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      guard sigaction(number, nil, &action) == 0, action.__sigaction_handler.sa_handler == nil else { continue }
      action.__sigaction_handler.sa_handler = { number in
        let clearing: StaticString = "\r\u{1B}[K"
        _ = write(STDERR_FILENO, clearing.utf8Start, clearing.utf8CodeUnitCount)
        // The default is in force again, and ends this process as soon as this returns.
        raise(number)
      }
      action.sa_flags = Int32(bitPattern: SA_RESETHAND)
      sigaction(number, &action, nil)
    }
  }
}
