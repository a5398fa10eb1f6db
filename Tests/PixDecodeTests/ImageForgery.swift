import CCodecs

/// Headers that promise pixels no bytes follow up, and chunks to stuff a PNG with.
enum ImageForgery {
  @Sendable static func jpeg(_ width: Int, _ height: Int) -> [UInt8] {
    let frame = [0xFF, 0xC0, 0, 11, 8] + big(height, 2) + big(width, 2) + [1, 1, 0x11, 0]
    return [0xFF, 0xD8] + frame + [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]
  }

  @Sendable static func png(_ width: Int, _ height: Int) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", big(width, 4) + big(height, 4) + [8, 2, 0, 0, 0]) + chunk("IDAT", [])
  }

  @Sendable static func webp(_ width: Int, _ height: Int) -> [UInt8] {
    let canvas = [2, 0, 0, 0] + big(width - 1, 3).reversed() + big(height - 1, 3).reversed()
    let body = Array("WEBPVP8X".utf8) + [10, 0, 0, 0] + canvas
    return Array("RIFF".utf8) + big(body.count, 4).reversed() + body
  }

  static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(kind.utf8) + data
    return big(data.count, 4) + body + big(Int(crc32(0, body, uInt(body.count))), 4)
  }

  private static func big(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  /// A zlib stream of that many letters.
  static func deflated(letters count: Int) -> [UInt8] {
    var size = compressBound(uLong(count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    compress2(&packed, &size, [UInt8](repeating: 0x61, count: count), uLong(count), 9)
    return Array(packed.prefix(Int(size)))
  }
}
