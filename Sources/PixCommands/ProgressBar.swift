import Glibc

/// A line on the terminal that says how far long work is. Says nothing where standard error is no terminal.
final class ProgressBar {
  private let title: String
  private var started: ContinuousClock.Instant?
  private var lastShown: ContinuousClock.Instant?

  init(_ title: String) { self.title = title }

  /// Before anything can be counted.
  func show(_ text: String) {
    guard Terminal.showsErrors else { return }
    emit("\r\u{1B}[K" + text.prefix(Terminal.columns - 1))
    lastShown = .now
  }

  func show(_ done: Int, of total: Int) {
    guard Terminal.showsErrors else { return }
    let now = ContinuousClock.now
    let started = self.started ?? now
    self.started = started
    if done < total, let lastShown, now - lastShown < .milliseconds(100) { return }
    lastShown = now
    let line = ProgressLine(title: title, done: done, total: total, elapsed: (now - started) / .seconds(1))
    emit("\r\u{1B}[K" + line.text(columns: Terminal.columns - 1))
  }

  /// Clears the line.
  func finish() {
    guard lastShown != nil else { return }
    emit("\r\u{1B}[K")
  }

  private func emit(_ text: String) { _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) } }
}
