import FoundationEssentials

/// The `Retry-After` field: seconds or an HTTP date (RFC 9110 §10.2.3).
enum RetryAfter {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  static func parse(_ field: String?, now: Date = Date()) -> Duration? {
    guard let field else { return nil }
    if let seconds = Int(field) { return seconds >= 0 ? .seconds(min(seconds, 86_400 * 365)) : nil }
    guard let date = date(field) else { return nil }
    return .seconds(max(0, date.timeIntervalSince(now)))
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT`
  private static func date(_ field: String) -> Date? {
    let parts = field.split { " :,".contains($0) }
    guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
      (1970...9999).contains(year), let hour = Int(parts[4]), let minute = Int(parts[5]),
      let second = Int(parts[6])
    else { return nil }
    let days = daysSince1970(year: year, month: month + 1, day: day)
    return Date(timeIntervalSince1970: Double(((days * 24 + hour) * 60 + minute) * 60 + second))
  }

  /// Proleptic Gregorian calendar.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}
