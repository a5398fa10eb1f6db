/// What bytes look like that are no image, for the message that refuses them.
enum ContentGuess {
  private static let signatures: [(start: [UInt8], name: String)] = [
    (Array("GIF8".utf8), "a GIF image"), (Array("BM".utf8), "a BMP image"),
    ([0x49, 0x49, 0x2A, 0x00], "a TIFF image"), ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF image"),
    ([0x50, 0x4B, 0x03, 0x04], "a zip archive"), ([0x1F, 0x8B], "gzip data"),
    (Array("%PDF".utf8), "a PDF document"),
    (Array("<!DOCTYPE html".utf8), "an HTML page"), (Array("<html".utf8), "an HTML page"),
    (Array("<?xml".utf8), "an XML document"), (Array("<svg".utf8), "an SVG drawing"),
  ]

  static func describe(_ bytes: UnsafeRawBufferPointer) -> String {
    if bytes.isEmpty { return "an empty file" }
    if let known = signatures.first(where: { bytes.starts(with: $0.start) }) { return known.name }
    if bytes.count > 12, bytes[4..<8].elementsEqual(Array("ftyp".utf8)) {
      return "an AVIF, HEIC or video file"
    }
    if bytes.prefix(512).allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }) {
      return "plain text"
    }
    let start = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    return "unknown data, starting with \(start.joined(separator: " "))"
  }
}
