import Glibc

/// Whether somebody looks on, and how wide the window is.
enum Terminal {
  static let showsErrors = isatty(STDERR_FILENO) == 1
  static let showsOutput = isatty(STDOUT_FILENO) == 1

  /// Whether what stands on a line of standard error can be written over.
  static let hasCursor = showsErrors && getenv("TERM").map { String(cString: $0) } != "dumb"

  /// 80 where the terminal does not say.
  static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
