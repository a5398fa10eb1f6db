import FoundationEssentials

/// A value as one line of JSON, its keys in order.
enum JSONLine {
  static func bytes(of value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings, numbers, lists of them: nothing that JSON does not have.
    return Array((try? encoder.encode(value)) ?? Data()) + [UInt8(ascii: "\n")]
  }
}
