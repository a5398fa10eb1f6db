import CCodecs

@testable import PixDecode

/// Small images and archives of them, put together byte by byte.
enum TestArchive {
  /// A PNG whose every pixel channel is `value`; `padding` makes its file longer without changing it.
  static func png(_ height: Int, _ width: Int, value: UInt8, padding: Int = 0) -> [UInt8] {
    let rows = [UInt8](repeating: value, count: height * (1 + width * 3)).enumerated().map { index, byte in
      index % (1 + width * 3) == 0 ? 0 : byte
    }
    var size = compressBound(uLong(rows.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    compress2(&packed, &size, rows, uLong(rows.count), 1)
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + piece("IHDR", big(width) + big(height) + [8, 2, 0, 0, 0])
      + (padding > 0 ? piece("paDd", [UInt8](repeating: 0, count: padding)) : [])
      + piece("IDAT", Array(packed.prefix(Int(size)))) + piece("IEND", [])
  }

  private static func piece(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(kind.utf8) + data
    return big(data.count) + body + big(Int(crc(body)))
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { Checksum.crc32(of: $0) } }
  private static func big(_ number: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }

  /// An archive of stored entries.
  ///
  /// - Parameters:
  ///   - sizesFollow: whether sizes and checksums come after the data only, as from a pipe.
  ///   - listsBackwards: whether the directory lists the last entry first.
  static func zip(
    _ entries: [(name: String, bytes: [UInt8])], sizesFollow: Bool = false, listsBackwards: Bool = false
  ) -> [UInt8] {
    var archive: [UInt8] = []
    var records: [[UInt8]] = []
    for (name, bytes) in entries {
      let offset = archive.count
      let sums = little(crc(bytes)) + little(UInt32(bytes.count)) + little(UInt32(bytes.count))
      let flags = little(UInt16(sizesFollow ? 8 : 0))
      let shown = sizesFollow ? [UInt8](repeating: 0, count: 12) : sums
      let start = little(UInt16(20)) + flags + little(UInt16(0)) + little(UInt32(0))
      let name = Array(name.utf8)
      archive += little(UInt32(0x0403_4b50)) + start + shown + little(UInt16(name.count)) + little(UInt16(0)) + name
      archive += bytes
      if sizesFollow { archive += little(UInt32(0x0807_4b50)) + sums }
      let record = little(UInt32(0x0201_4b50)) + little(UInt16(20)) + start + sums + little(UInt16(name.count))
      records.append(record + [UInt8](repeating: 0, count: 12) + little(UInt32(offset)) + name)
    }
    let directory = Array((listsBackwards ? records.reversed() : records).joined())
    let count = little(UInt16(entries.count))
    return archive + directory + little(UInt32(0x0605_4b50)) + little(UInt32(0)) + count + count
      + little(UInt32(directory.count)) + little(UInt32(archive.count)) + little(UInt16(0))
  }

  private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }

  /// A `dataset.json` that lists chunk archives of these names.
  static func description(_ chunks: [String], more: String = "") -> [UInt8] {
    let items = chunks.enumerated().map { index, name in
      "{\"chunk_id\": \"\(name)\", \"chunk_index\": \(index), \"url\": \"\(name).zip\"\(more)}"
    }
    return Array("{\"id\": \"test\", \"chunks\": [\(items.joined(separator: ", "))]}".utf8)
  }
}
