import Glibc

/// One line on standard error that is no failure.
enum Notice {
  static func tell(_ message: String) { _ = "\(message)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) } }
}
