/// The `Range` field of a request against a file of known size (RFC 9110 §14.2). One range; lists are ignored.
enum ByteRange: Equatable {
  case whole
  case part(Range<Int>)
  case unsatisfiable

  init(_ field: String?, size: Int) { self = field.flatMap { ByteRange.parsed($0, size: size) } ?? .whole }

  /// Nil for what is no range, which a server passes over.
  private static func parsed(_ field: String, size: Int) -> ByteRange? {
    let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
    let bounds = parts[1].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard bounds.count == 2 else { return nil }
    switch (number(bounds[0]), number(bounds[1])) {
    case (let first?, let last):
      guard last != nil || bounds[1].isEmpty, first <= last ?? .max else { return nil }
      return first < size ? .part(first..<min(last ?? size - 1, size - 1) + 1) : .unsatisfiable
    case (nil, let suffix?) where bounds[0].isEmpty:
      return suffix > 0 && size > 0 ? .part(max(0, size - suffix)..<size) : .unsatisfiable
    default: return nil
    }
  }

  /// Digits alone. A number that no integer holds lies behind the end of every file.
  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int(text) ?? .max
  }
}
