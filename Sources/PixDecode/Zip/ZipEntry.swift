/// One file of an archive, as a header describes it (APPNOTE 4.3.7, 4.3.12).
public struct ZipEntry: Sendable, Equatable {
  public static let stored: UInt16 = 0
  public static let deflated: UInt16 = 8

  /// Place among the archive's entries, from 0.
  public var ordinal: Int
  public var name: String
  public var method: UInt16
  var flags: UInt16
  public var crc32: UInt32
  public var compressedSize: Int
  public var size: Int
  /// Where the local header starts.
  public var offset: Int

  var isEncrypted: Bool { flags & 0x1 != 0 }
  /// Sizes and checksum follow the data (APPNOTE 4.3.9).
  var hasDescriptor: Bool { flags & 0x8 != 0 }
  public var isDirectory: Bool { name.hasSuffix("/") }

  /// One byte of room more than declared shows an entry that lies about its size.
  var unpackedCapacity: Int { size + 1 }

  /// Where its record may end: after the shortest header and its data, or the longest, its data and a descriptor.
  public var recordEnds: ClosedRange<Int> {
    let shortest = offset + ZipRecords.localBytes + compressedSize
    return shortest...shortest + 2 * 0xFFFF + ZipDescriptor.lookahead
  }

  func outOfMemory(_ needed: Int) -> ZipError {
    .unsupported(entry: name, reason: "the system has no memory for its \(needed) bytes")
  }

  /// Proves this entry, as its own header has it, against the directory's record of it.
  func agree(with record: ZipEntry) throws(ZipError) {
    func agree<Value: Equatable>(_ field: String, _ declared: Value, _ found: Value) throws(ZipError) {
      guard declared == found else {
        throw .directoryMismatch(entry: name, field: field, declared: "\(declared)", found: "\(found)")
      }
    }
    try agree("name", record.name, name)
    try agree("method", record.method, method)
    try agree("size", record.size, size)
    try agree("compressed size", record.compressedSize, compressedSize)
    try agree("CRC-32", record.crc32, crc32)
  }

  /// Why this entry cannot be read although its end is known; nil when it can.
  public func obstacle(_ limits: ZipLimits = ZipLimits()) -> ZipError? {
    if isEncrypted { return .unsupported(entry: name, reason: "it is encrypted") }
    guard method == ZipEntry.stored || method == ZipEntry.deflated else {
      return .unsupported(
        entry: name,
        reason: "compression method \(method); only stored (0) and deflate (8) are read")
    }
    if let danger = nameDanger { return .unsafeName(entry: name, reason: danger) }
    do throws(ZipError) {
      try limits.check(entry: name, compressed: compressedSize, inflated: size)
    } catch { return error }
    if method == ZipEntry.stored && compressedSize != size {
      return .size(entry: name, declared: size, found: compressedSize)
    }
    return nil
  }

  /// Judged by bytes, as file systems do: a combining accent after a slash leaves it a slash.
  private var nameDanger: String? {
    func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
    if name.utf8.first.map(isSeparator) == true { return "it is an absolute path" }
    if name.utf8.split(whereSeparator: isSeparator).contains(where: { $0.elementsEqual("..".utf8) }) {
      return "it has \"..\" in it"
    }
    return name.utf8.contains(0) ? "it has a NUL character in it" : nil
  }
}
