import Glibc

/// One line on standard error for what went wrong.
public enum Failure {
  public static func tell(_ message: String) {
    let line = "pixcrawler: \(message)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }
}
