/// What a progress bar says: how much is done, how fast, and how long the rest will take.
struct ProgressLine {
  private static let widestBar = 30

  var title: String
  var done: Int
  var total: Int
  /// Seconds since the start.
  var elapsed: Double

  /// At most `columns` characters; the bar gives way first.
  func text(columns: Int) -> String {
    let numbers = "\(done)/\(total)\(pace)"
    let cells = min(ProgressLine.widestBar, columns - title.count - numbers.count - 3)
    guard cells >= 5 else { return String("\(title) \(done)/\(total)".prefix(columns)) }
    let filled = cells * min(done, total) / max(total, 1)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: cells - filled)
    return "\(title) \(bar) \(numbers)"
  }

  /// Nothing before there is anything to tell it from.
  private var pace: String {
    guard done > 0, elapsed >= 0.2 else { return "" }
    let rate = Double(done) / elapsed
    let shown = rate < 10 ? "\(Double(Int(rate * 10)) / 10)" : "\(Int(rate))"
    return "  \(shown)/s  \(ProgressLine.clock(Int((Double(total - done) / rate).rounded(.up)))) left"
  }

  /// 65 → "1:05".
  private static func clock(_ seconds: Int) -> String {
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = seconds / 60
    let rest = padded(seconds % 60)
    return minutes < 60 ? "\(minutes):\(rest)" : "\(minutes / 60):\(padded(minutes % 60)):\(rest)"
  }
}
