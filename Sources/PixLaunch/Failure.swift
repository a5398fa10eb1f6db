import Glibc

/// One line on standard error for what went wrong.
public enum Failure {
  public static func tell(_ message: String) { show("pixcrawler: \(message)") }

  /// A line without that beginning.
  public static func show(_ line: String) {
    let line = "\(harmless(line))\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  }

  /// Names of files and servers' words may hold what a terminal would obey.
  static func harmless(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isObeyed = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
      line.append(isObeyed ? "\u{FFFD}" : scalar)
    }
    return String(line)
  }
}
