/// The `Range` field of a request against a file of known size (RFC 9110 §14.2). One range; lists are ignored.
enum ByteRange: Equatable {
  case whole
  case part(Range<Int>)
  case unsatisfiable

  init(_ field: String?, size: Int) {
    guard let field, field.hasPrefix("bytes="), !field.contains(",") else {
      self = .whole
      return
    }
    let bounds = field.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard bounds.count == 2 else {
      self = .whole
      return
    }
    switch (Int(bounds[0]), Int(bounds[1])) {
    case (let first?, let last):
      guard last != nil || bounds[1].isEmpty, first <= last ?? .max else {
        self = .whole
        return
      }
      self = first < size ? .part(first..<min(last ?? size - 1, size - 1) + 1) : .unsatisfiable
    case (nil, let suffix?) where bounds[0].isEmpty:
      self = suffix > 0 && size > 0 ? .part(max(0, size - suffix)..<size) : .unsatisfiable
    default: self = .whole
    }
  }
}
