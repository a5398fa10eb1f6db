import Glibc

/// A line on the terminal that says how far long work is. Says nothing where standard error is no terminal.
final class ProgressBar {
  private static let cells = 30
  private let title: String
  private let isShown = isatty(STDERR_FILENO) == 1
  private let started = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?

  init(_ title: String) { self.title = title }

  func show(_ done: Int, of total: Int) {
    guard isShown, total > 0 else { return }
    let now = ContinuousClock.now
    if done < total, let lastShown, now - lastShown < .milliseconds(100) { return }
    lastShown = now
    let filled = ProgressBar.cells * done / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: ProgressBar.cells - filled)
    let seconds = Double((now - started).components.seconds) + 0.001
    let rate = Int(Double(done) / max(seconds, 0.5))
    emit("\r\u{1B}[K\(title) \(bar) \(done)/\(total)  \(rate)/s")
  }

  /// Clears the line.
  func finish() {
    guard isShown, lastShown != nil else { return }
    emit("\r\u{1B}[K")
  }

  private func emit(_ text: String) { _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) } }
}
