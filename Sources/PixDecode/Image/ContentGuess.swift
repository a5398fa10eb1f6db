/// What bytes look like that are no image, for the message that refuses them.
enum ContentGuess {
  private static let signatures: [(start: [UInt8], name: String)] = [
    (Array("GIF8".utf8), "a GIF image"), (Array("BM".utf8), "a BMP image"),
    ([0x49, 0x49, 0x2A, 0x00], "a TIFF image"), ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF image"),
    ([0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50], "a JPEG 2000 image"), ([0xFF, 0x0A], "a JPEG XL image"),
    ([0x50, 0x4B, 0x03, 0x04], "a zip archive"), ([0x1F, 0x8B], "gzip data"),
    (Array("%PDF".utf8), "a PDF document"),
  ]

  private static let markup: [(start: String, name: String)] = [
    ("<!doctype html", "an HTML page"), ("<html", "an HTML page"),
    ("<?xml", "an XML document"), ("<svg", "an SVG drawing"),
  ]

  static func describe(_ bytes: UnsafeRawBufferPointer) -> String {
    if bytes.isEmpty { return "an empty file" }
    if let known = signatures.first(where: { bytes.starts(with: $0.start) }) { return known.name }
    if bytes.count > 12, bytes[4..<8].elementsEqual(Array("ftyp".utf8)) {
      return "an AVIF, HEIC or video file"
    }
    if isText(bytes.prefix(512)) {
      let text = String(decoding: bytes.prefix(512), as: UTF8.self).lowercased()
      let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
      return markup.first { start.hasPrefix($0.start) }?.name ?? "plain text"
    }
    let start = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    return "unknown data, starting with \(start.joined(separator: " "))"
  }

  private static func isText(_ bytes: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }) else { return false }
    // The last character may be cut in two.
    return (0...3).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }
}
