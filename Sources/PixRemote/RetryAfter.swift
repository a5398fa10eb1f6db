/// The `Retry-After` field: seconds or an HTTP date (RFC 9110 §10.2.3).
enum RetryAfter {
  private static let longest = 86_400 * 365

  static func parse(_ field: String?, now: UTCTime = .now) -> Duration? {
    guard let field else { return nil }
    if let seconds = Int(field) { return seconds >= 0 ? .seconds(min(seconds, longest)) : nil }
    guard let date = UTCTime(httpDate: field) else { return nil }
    return .seconds(min(max(0, date.seconds - now.seconds), longest))
  }
}
