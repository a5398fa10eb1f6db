import PixLaunch

/// One line on standard error that is no failure.
enum Notice {
  static func tell(_ message: String) { Failure.show(message) }
}
