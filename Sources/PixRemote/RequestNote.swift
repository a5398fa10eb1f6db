/// One request as it went, fit to be shown: no query, no header, no key.
public struct RequestNote: Sendable, Equatable, CustomStringConvertible {
  var method: TransferRequest.Method
  var url: PublicURL
  /// What was asked for of the file; up to its end when the upper bound is `Int.max`.
  var range: Range<Int>?
  /// What the server answered, where it did.
  var status: Int?
  /// Why it came to nothing, where there is no answer to show.
  var failure: String?
  /// Of the body, as far as it was wanted.
  var bytes: Int
  var duration: Duration

  /// `GET https://host/c.zip (bytes 0-99) → 206, 100 bytes, 12 ms`.
  public var description: String {
    let part = range.map { " (bytes \($0.lowerBound)-\($0.upperBound < .max ? String($0.upperBound - 1) : ""))" } ?? ""
    let answer = [status.map(String.init), failure].compactMap(\.self).joined(separator: ", ")
    let milliseconds = Int((duration / .milliseconds(1)).rounded())
    return "\(method.rawValue) \(url)\(part) → \(answer), \(bytes) \(bytes == 1 ? "byte" : "bytes"), \(milliseconds) ms"
  }
}
