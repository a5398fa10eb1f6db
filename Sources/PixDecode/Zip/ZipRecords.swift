/// The record formats of an archive (APPNOTE 4.3), read from untrusted bytes.
enum ZipRecords {
  static let localSignature: UInt32 = 0x0403_4b50
  static let centralSignature: UInt32 = 0x0201_4b50
  static let endSignature: UInt32 = 0x0605_4b50
  static let end64Signature: UInt32 = 0x0606_4b50
  static let locator64Signature: UInt32 = 0x0706_4b50
  static let descriptorSignature: UInt32 = 0x0807_4b50
  /// Marks an archive that was to be split and turned out to fit into one file.
  static let unsplitSignature: UInt32 = 0x3030_4b50

  static let localBytes = 30
  static let centralBytes = 46
  static let endBytes = 22
  static let locator64Bytes = 20
  static let end64Bytes = 56
  private static let zip64Extra: UInt16 = 0x0001
  private static let unicodePathExtra: UInt16 = 0x7075

  static func signature(_ bytes: UnsafeRawBufferPointer) -> UInt32? {
    var reader = ByteReader(bytes)
    return reader.uint32()
  }

  /// Bytes of the local header at the start of `bytes`, name and extra included; nil when more are needed.
  static func localHeaderLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var reader = ByteReader(bytes, at: 26)
    guard bytes.count >= localBytes, let name = reader.uint16(), let extra = reader.uint16() else {
      return nil
    }
    return localBytes + Int(name) + Int(extra)
  }

  static func centralRecordLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var reader = ByteReader(bytes, at: 28)
    guard bytes.count >= centralBytes, let name = reader.uint16(), let extra = reader.uint16(),
      let comment = reader.uint16()
    else { return nil }
    return centralBytes + Int(name) + Int(extra) + Int(comment)
  }

  /// A whole local header.
  static func localHeader(_ bytes: UnsafeRawBufferPointer, ordinal: Int, offset: Int) throws(ZipError)
    -> ZipEntry
  {
    var reader = ByteReader(bytes, at: 6)
    guard let flags = reader.uint16(), let method = reader.uint16(), reader.skip(4),
      let crc32 = reader.uint32(), let compressed = reader.uint32(), let size = reader.uint32(),
      let nameLength = reader.uint16(), let extraLength = reader.uint16(),
      let name = reader.take(Int(nameLength)), let extra = reader.take(Int(extraLength))
    else { throw .malformed(offset: offset, reason: "a local header is too short") }
    var entry = ZipEntry(
      ordinal: ordinal, name: text(name), method: method, flags: flags, crc32: crc32,
      compressedSize: Int(compressed), size: Int(size), offset: offset)
    try applyExtras(
      extra, name: name, to: &entry, sizeIs64: size == .max, compressedIs64: compressed == .max,
      offsetIs64: false)
    return entry
  }

  /// A whole central directory record.
  static func centralRecord(_ bytes: UnsafeRawBufferPointer, ordinal: Int, at position: Int) throws(ZipError)
    -> ZipEntry
  {
    var reader = ByteReader(bytes, at: 8)
    guard let flags = reader.uint16(), let method = reader.uint16(), reader.skip(4),
      let crc32 = reader.uint32(), let compressed = reader.uint32(), let size = reader.uint32(),
      let nameLength = reader.uint16(), let extraLength = reader.uint16(), reader.skip(2 + 2 + 2 + 4),
      let offset = reader.uint32(), let name = reader.take(Int(nameLength)),
      let extra = reader.take(Int(extraLength))
    else { throw .malformed(offset: position, reason: "a directory record is too short") }
    var entry = ZipEntry(
      ordinal: ordinal, name: text(name), method: method, flags: flags, crc32: crc32,
      compressedSize: Int(compressed), size: Int(size), offset: Int(offset))
    try applyExtras(
      extra, name: name, to: &entry, sizeIs64: size == .max, compressedIs64: compressed == .max,
      offsetIs64: offset == .max)
    return entry
  }

  /// zip64 sizes (APPNOTE 4.5.3) and the Unicode path (4.6.9).
  private static func applyExtras(
    _ extra: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer, to entry: inout ZipEntry, sizeIs64: Bool,
    compressedIs64: Bool, offsetIs64: Bool
  ) throws(ZipError) {
    var reader = ByteReader(extra)
    var sawZip64 = false
    while let id = reader.uint16(), let length = reader.uint16(), let field = reader.take(Int(length)) {
      var values = ByteReader(field)
      if id == zip64Extra {
        sawZip64 = true
        if sizeIs64 { entry.size = try size(values.uint64(), entry) }
        if compressedIs64 { entry.compressedSize = try size(values.uint64(), entry) }
        if offsetIs64 { entry.offset = try size(values.uint64(), entry) }
      } else if id == unicodePathExtra, let path = unicodePath(field, of: name) {
        entry.name = text(path)
      }
    }
    if (sizeIs64 || compressedIs64 || offsetIs64) && !sawZip64 {
      throw .malformed(offset: entry.offset, reason: "\(entry.name) needs zip64 sizes and has none")
    }
  }

  /// Nil when it was made for another name, as after a renaming by a tool that does not know this field.
  private static func unicodePath(
    _ field: UnsafeRawBufferPointer, of name: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer? {
    var reader = ByteReader(field)
    guard reader.skip(1), reader.uint32() == Checksum.crc32(of: name), reader.remaining > 0 else {
      return nil
    }
    return reader.take(reader.remaining)
  }

  private static func size(_ value: UInt64?, _ entry: ZipEntry) throws(ZipError) -> Int {
    guard let value, value <= UInt64(Int64.max / 4) else {
      throw .malformed(offset: entry.offset, reason: "the zip64 sizes of \(entry.name) are impossible")
    }
    return Int(value)
  }

  /// Names are UTF-8 in practice, whatever the flag says; other bytes are shown as U+FFFD.
  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
