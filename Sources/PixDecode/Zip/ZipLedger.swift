/// What was read forward, kept to be compared with the central directory.
struct ZipLedger {
  private var read: [Int: ZipEntry] = [:]
  /// Offsets of the directory's records so far.
  private var listed: Set<Int> = []
  private var declared64: UInt64?

  var listedCount: Int { listed.count }

  mutating func record(_ entry: ZipEntry) { read[entry.offset] = entry }

  /// Everything from that entry on, the directory included, will be read again.
  mutating func forget(from ordinal: Int) {
    read = read.filter { $0.value.ordinal < ordinal }
    listed.removeAll()
    declared64 = nil
  }

  /// One directory record against the entry that was read at its offset.
  mutating func compare(_ record: ZipEntry) throws(ZipError) {
    guard listed.insert(record.offset).inserted else {
      throw .directoryMismatch(
        entry: record.name, field: "offset", declared: "an entry at byte \(record.offset)",
        found: "one that is listed already")
    }
    guard let entry = read[record.offset] else {
      throw .directoryMismatch(
        entry: record.name, field: "offset", declared: "an entry at byte \(record.offset)",
        found: "none there")
    }
    try entry.agree(with: record)
  }

  /// The zip64 end record.
  mutating func close64(declared: UInt64) { declared64 = declared }

  /// The end record. Its count is 65535 where the zip64 end record has it; old archivers wrote it modulo 65536.
  func close(declared: Int) throws(ZipError) {
    guard listed.count == read.count else {
      throw .entryCount(declared: listed.count, found: read.count)
    }
    if let declared64, declared64 != UInt64(listed.count) {
      throw .entryCount(declared: Int(clamping: declared64), found: listed.count)
    }
    guard declared == listed.count & 0xFFFF || (declared == 0xFFFF && declared64 != nil) else {
      throw .entryCount(declared: declared, found: listed.count)
    }
  }
}
