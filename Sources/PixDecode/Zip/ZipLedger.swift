/// What was read forward, kept to be compared with the central directory.
struct ZipLedger {
  private var read: [Int: ZipEntry] = [:]
  private(set) var listed = 0

  mutating func record(_ entry: ZipEntry) { read[entry.offset] = entry }

  mutating func forget(from ordinal: Int) { read = read.filter { $0.value.ordinal < ordinal } }

  /// One directory record against the entry that was read at its offset.
  mutating func compare(_ record: ZipEntry) throws(ZipError) {
    listed += 1
    guard let entry = read[record.offset] else {
      throw .directoryMismatch(
        entry: record.name, field: "offset", declared: "an entry at byte \(record.offset)",
        found: "none there")
    }
    func agree<Value: Equatable>(_ field: String, _ declared: Value, _ found: Value) throws(ZipError) {
      guard declared == found else {
        throw .directoryMismatch(
          entry: entry.name, field: field, declared: "\(declared)", found: "\(found)")
      }
    }
    try agree("name", record.name, entry.name)
    try agree("method", record.method, entry.method)
    try agree("size", record.size, entry.size)
    try agree("compressed size", record.compressedSize, entry.compressedSize)
    try agree("CRC-32", record.crc32, entry.crc32)
  }

  /// The end record: its count is modulo 65536 where zip64 is in play.
  func close(declaredInEndRecord declared: Int) throws(ZipError) {
    guard listed == read.count else { throw .entryCount(declared: listed, found: read.count) }
    guard declared == listed || declared == 0xFFFF || declared == listed & 0xFFFF else {
      throw .entryCount(declared: declared, found: listed)
    }
  }
}
