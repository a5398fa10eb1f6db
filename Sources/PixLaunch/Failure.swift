import Glibc

/// One line on standard error for what went wrong.
public enum Failure {
  public static func tell(_ message: String) { show("pixcrawler: \(message)") }

  /// A line as it is.
  public static func show(_ line: String) {
    let line = "\(line)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }
}
