import Testing

@testable import PixDecode

@Suite struct ZipLedgerTests {
  private func entry(_ ordinal: Int, _ change: (inout ZipEntry) -> Void = { _ in }) -> ZipEntry {
    var entry = ZipEntry(
      ordinal: ordinal, name: "\(ordinal).jpg", method: 0, flags: 0, crc32: UInt32(ordinal), compressedSize: 10,
      size: 10, offset: ordinal * 50)
    change(&entry)
    return entry
  }

  private func ledger(of count: Int) -> ZipLedger {
    var ledger = ZipLedger()
    for ordinal in 0..<count { ledger.record(entry(ordinal)) }
    return ledger
  }

  @Test func aDirectoryInAnyOrderAgrees() throws {
    var ledger = ledger(of: 3)
    for ordinal in [2, 0, 1] { try ledger.compare(entry(ordinal)) }
    #expect(ledger.listedCount == 3)
    try ledger.close(declared: 3)
  }

  @Test(arguments: [
    ("name", "x.jpg", "1.jpg"), ("method", "8", "0"), ("size", "11", "10"), ("compressed size", "12", "10"),
    ("CRC-32", "13", "1"),
  ])
  func eachFieldThatDiffersIsNamed(_ field: String, _ declared: String, _ found: String) {
    var ledger = ledger(of: 2)
    let record = entry(1) {
      switch field {
      case "name": $0.name = declared
      case "method": $0.method = 8
      case "size": $0.size = 11
      case "compressed size": $0.compressedSize = 12
      default: $0.crc32 = 13
      }
    }
    #expect(
      throws: ZipError.directoryMismatch(entry: "1.jpg", field: field, declared: declared, found: found)
    ) { try ledger.compare(record) }
  }

  @Test func aRecordOfNoEntryIsAMismatch() {
    var ledger = ledger(of: 2)
    #expect(
      throws: ZipError.directoryMismatch(
        entry: "1.jpg", field: "offset", declared: "an entry at byte 51", found: "none there")
    ) { try ledger.compare(entry(1) { $0.offset = 51 }) }
  }

  @Test func anEntryListedTwiceIsAMismatch() throws {
    var ledger = ledger(of: 2)
    try ledger.compare(entry(1))
    #expect(
      throws: ZipError.directoryMismatch(
        entry: "1.jpg", field: "offset", declared: "an entry at byte 50", found: "one that is listed already")
    ) { try ledger.compare(entry(1)) }
  }

  @Test func anEntryThatIsNotListedIsMissed() throws {
    var ledger = ledger(of: 3)
    try ledger.compare(entry(0))
    try ledger.compare(entry(1))
    #expect(throws: ZipError.entryCount(declared: 2, found: 3)) { try ledger.close(declared: 2) }
  }

  @Test func theEndRecordsCountIsModulo65536() throws {
    var ledger = ZipLedger()
    for ordinal in 0..<65_538 {
      ledger.record(entry(ordinal))
      try ledger.compare(entry(ordinal))
    }
    try ledger.close(declared: 2)
    #expect(throws: ZipError.entryCount(declared: 3, found: 65_538)) { try ledger.close(declared: 3) }
    #expect(throws: ZipError.entryCount(declared: 0xFFFF, found: 65_538)) { try ledger.close(declared: 0xFFFF) }
    ledger.close64(declared: 65_538)
    try ledger.close(declared: 0xFFFF)
    ledger.close64(declared: 65_537)
    #expect(throws: ZipError.entryCount(declared: 65_537, found: 65_538)) { try ledger.close(declared: 0xFFFF) }
  }

  @Test func theZip64CountIsTheOneThatCounts() throws {
    var ledger = ledger(of: 1)
    try ledger.compare(entry(0))
    #expect(throws: ZipError.entryCount(declared: 0xFFFF, found: 1)) { try ledger.close(declared: 0xFFFF) }
    ledger.close64(declared: 1)
    try ledger.close(declared: 0xFFFF)
    try ledger.close(declared: 1)
    ledger.close64(declared: .max)
    #expect(throws: ZipError.entryCount(declared: .max, found: 1)) { try ledger.close(declared: 0xFFFF) }
  }

  @Test func whatIsForgottenIsReadAgain() throws {
    var ledger = ledger(of: 3)
    for ordinal in 0..<3 { try ledger.compare(entry(ordinal)) }
    ledger.close64(declared: 9)
    ledger.forget(from: 1)
    #expect(ledger.listedCount == 0)
    ledger.record(entry(1))
    ledger.record(entry(2))
    for ordinal in 0..<3 { try ledger.compare(entry(ordinal)) }
    try ledger.close(declared: 3)
  }
}
