import Testing

@testable import PixDecode

@Suite struct ZipRecordsTests {
  private typealias Header = ZipForgery.Header

  private let header = Header(
    name: Array("cat/0.jpg".utf8), flags: 0x800, method: 8, crc32: 0x1234_5678, compressedSize: 30, size: 50)

  private func local(_ change: (inout Header) -> Void = { _ in }) throws -> ZipEntry {
    var header = header
    change(&header)
    return try header.record(signature: ZipRecords.localSignature, offset: nil).withUnsafeBytes {
      try ZipRecords.localHeader($0, ordinal: 2, offset: 900)
    }
  }

  private func central(offset: UInt32 = 900, _ change: (inout Header) -> Void = { _ in }) throws -> ZipEntry {
    var header = header
    change(&header)
    return try header.record(signature: ZipRecords.centralSignature, offset: offset).withUnsafeBytes {
      try ZipRecords.centralRecord($0, ordinal: 2, at: 5000)
    }
  }

  private let plain = ZipEntry(
    ordinal: 2, name: "cat/0.jpg", method: 8, flags: 0x800, crc32: 0x1234_5678, compressedSize: 30, size: 50,
    offset: 900)

  @Test func bothHeadersTellTheSame() throws {
    #expect(try local() == plain)
    #expect(try central() == plain)
  }

  @Test func lengthsCountNamesExtrasAndComments() {
    let local = header.record(signature: ZipRecords.localSignature, offset: nil)
    var central = header.record(signature: ZipRecords.centralSignature, offset: 0)
    central[32] = 5
    #expect(local.withUnsafeBytes(ZipRecords.localHeaderLength) == local.count)
    #expect(central.withUnsafeBytes(ZipRecords.centralRecordLength) == central.count + 5)
    for count in 0..<30 { #expect(local[..<count].withUnsafeBytes(ZipRecords.localHeaderLength) == nil) }
    for count in 0..<46 { #expect(central[..<count].withUnsafeBytes(ZipRecords.centralRecordLength) == nil) }
  }

  @Test func aHeaderThatIsCutShortIsMalformed() {
    let local = header.record(signature: ZipRecords.localSignature, offset: nil)
    let central = header.record(signature: ZipRecords.centralSignature, offset: 0)
    for count in 0..<local.count {
      #expect(throws: ZipError.malformed(offset: 900, reason: "a local header is too short")) {
        try local[..<count].withUnsafeBytes { bytes in
          _ = try ZipRecords.localHeader(bytes, ordinal: 2, offset: 900)
        }
      }
    }
    for count in 0..<central.count {
      #expect(throws: ZipError.malformed(offset: 5000, reason: "a directory record is too short")) {
        try central[..<count].withUnsafeBytes { bytes in
          _ = try ZipRecords.centralRecord(bytes, ordinal: 2, at: 5000)
        }
      }
    }
  }

  @Test func zip64SizesStandInForWhatDoesNotFit() throws {
    let both = ZipForgery.extra(1, little(UInt64(5 << 32)) + little(UInt64(4 << 32)))
    let wide = try local { ($0.size, $0.compressedSize, $0.extra) = (.max, .max, both) }
    #expect((wide.size, wide.compressedSize) == (5 << 32, 4 << 32))
    let one = ZipForgery.extra(1, little(UInt64(6 << 32)))
    #expect(try local { ($0.size, $0.extra) = (.max, one) }.size == 6 << 32)
    #expect(try local { ($0.compressedSize, $0.extra) = (.max, one) }.compressedSize == 6 << 32)
    #expect(try central(offset: .max) { $0.extra = one }.offset == 6 << 32)
    let three = ZipForgery.extra(1, little(UInt64(7)) + little(UInt64(8)) + little(UInt64(9)) + little(UInt32(0)))
    let all = try central(offset: .max) { ($0.size, $0.compressedSize, $0.extra) = (.max, .max, three) }
    #expect((all.size, all.compressedSize, all.offset) == (7, 8, 9))
  }

  @Test func zip64SizesThatNobodyAskedForAreIgnored() throws {
    let both = ZipForgery.extra(1, little(UInt64(1)) + little(UInt64(2)))
    #expect(try local { $0.extra = both } == plain)
    #expect(try central { $0.extra = both } == plain)
  }

  @Test func zip64SizesAreFoundAfterOtherFields() throws {
    let field = ZipForgery.extra(1, little(UInt64(77)))
    let extra = ZipForgery.extra(0x5455, [1, 2, 3]) + ZipForgery.extra(0xCAFE, []) + field
    #expect(try local { ($0.size, $0.extra) = (.max, extra) }.size == 77)
  }

  @Test(arguments: [1 << 61, 1 << 63, UInt64.max]) func impossibleZip64SizesAreMalformed(_ size: UInt64) {
    let field = ZipForgery.extra(1, little(size))
    let error = ZipError.malformed(offset: 900, reason: "the zip64 sizes of cat/0.jpg are impossible")
    #expect(throws: error) { try local { ($0.size, $0.extra) = (.max, field) } }
    #expect(throws: error) { try central { ($0.compressedSize, $0.extra) = (.max, field) } }
    #expect(throws: ZipError.self) { try central(offset: .max) { $0.extra = field } }
  }

  @Test func missingZip64SizesAreMalformed() {
    let missing = ZipError.malformed(offset: 900, reason: "cat/0.jpg needs zip64 sizes and has none")
    let short = ZipError.malformed(offset: 900, reason: "the zip64 sizes of cat/0.jpg are impossible")
    #expect(throws: missing) { try local { $0.size = .max } }
    #expect(throws: missing) { try local { ($0.size, $0.extra) = (.max, ZipForgery.extra(2, little(UInt64(5)))) } }
    #expect(throws: short) { try local { ($0.size, $0.extra) = (.max, ZipForgery.extra(1, [1, 2, 3])) } }
    #expect(throws: short) {
      try local { ($0.size, $0.compressedSize, $0.extra) = (.max, .max, ZipForgery.extra(1, little(UInt64(5)))) }
    }
  }

  @Test func extraFieldsThatRunOverAreNotRead() throws {
    let over = little(UInt16(1)) + little(UInt16(200)) + little(UInt64(5))
    #expect(try local { $0.extra = over } == plain)
    #expect(throws: ZipError.self) { try local { ($0.size, $0.extra) = (.max, over) } }
    #expect(try local { $0.extra = [1] } == plain)
    #expect(try local { $0.extra = [1, 0, 9] } == plain)
  }

  @Test func theUnicodePathIsTheName() throws {
    let crc32 = header.name.withUnsafeBytes { Checksum.crc32(of: $0) }
    let field = [1] + little(crc32) + Array("猫/0.jpg".utf8)
    #expect(try local { $0.extra = ZipForgery.extra(0x7075, field) }.name == "猫/0.jpg")
    #expect(try central { $0.extra = ZipForgery.extra(0x7075, field) }.name == "猫/0.jpg")
  }

  @Test func theUnicodePathOfAnotherNameIsIgnored() throws {
    let stale = [1] + little(UInt32(99)) + Array("猫/0.jpg".utf8)
    #expect(try local { $0.extra = ZipForgery.extra(0x7075, stale) }.name == "cat/0.jpg")
    for count in 0...5 {
      #expect(try local { $0.extra = ZipForgery.extra(0x7075, Array(stale.prefix(count))) }.name == "cat/0.jpg")
    }
  }

  @Test func namesAreUTF8WhateverTheFlagSays() throws {
    #expect(try local { ($0.name, $0.flags) = (Array("кот.jpg".utf8), 0) }.name == "кот.jpg")
    #expect(try local { $0.name = [0x63, 0x82, 0x2E] }.name == "c\u{FFFD}.")
    #expect(try local { $0.name = [] }.name == "")
  }
}
