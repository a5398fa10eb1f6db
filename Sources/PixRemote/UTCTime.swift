import Glibc

/// A moment in whole seconds since 1970, universal time; read from the two forms servers write.
struct UTCTime: Sendable, Equatable, Comparable {
  var seconds: Int

  init(seconds: Int) { self.seconds = seconds }

  static var now: UTCTime { UTCTime(seconds: time(nil)) }

  static func < (one: UTCTime, other: UTCTime) -> Bool { one.seconds < other.seconds }

  /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
  init?(httpDate text: String) {
    let parts = text.split { " :,".contains($0) }.map(String.init)
    guard parts.count == 8, parts[7] == "GMT", let month = UTCTime.months.firstIndex(of: parts[2]) else {
      return nil
    }
    let numbers = [parts[3], String(month + 1), parts[1], parts[4], parts[5], parts[6]]
    self.init(numbers.map { UTCTime.number($0[...]) })
  }

  /// `2025-10-30T12:00:00Z`, also with a fraction, another offset, or none, which then is universal time.
  init?(iso8601 text: String) {
    guard text.utf8.count >= 19, text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    let date = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
    let clock = text.dropFirst(11).prefix(8).split(separator: ":", omittingEmptySubsequences: false)
    guard "Tt ".contains(text.dropFirst(10).prefix(1)), date.map(\.count) == [4, 2, 2],
      clock.map(\.count) == [2, 2, 2]
    else { return nil }
    var rest = text.dropFirst(19)
    if rest.hasPrefix(".") || rest.hasPrefix(",") { rest = rest.dropFirst().drop { $0.isNumber } }
    guard let offset = UTCTime.offset(rest) else { return nil }
    self.init((date + clock).map(UTCTime.number))
    seconds -= offset
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Digits only: no sign.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  /// Seconds ahead of universal time: `Z`, `+02:00`, `-0930` or nothing.
  private static func offset(_ text: Substring) -> Int? {
    if text.isEmpty || text == "Z" || text == "z" { return 0 }
    let digits = text.dropFirst().filter { $0 != ":" }
    guard text.hasPrefix("+") || text.hasPrefix("-"), digits.count == 4,
      let hours = number(digits.prefix(2)[...]), let minutes = number(digits.suffix(2)[...]), hours < 24,
      minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (text.hasPrefix("-") ? -60 : 60)
  }

  /// Year, month, day, hour, minute, second of the proleptic Gregorian calendar.
  private init?(_ parts: [Int?]) {
    let ranges = [1970...9999, 1...12, 1...31, 0...23, 0...59, 0...60]
    let parts = parts.compactMap { $0 }
    guard parts.count == ranges.count, zip(ranges, parts).allSatisfy({ $0.contains($1) }) else { return nil }
    let (month, day) = (parts[1], parts[2])
    let year = month > 2 ? parts[0] : parts[0] - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let days = year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    seconds = ((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]
  }
}
