import Testing

@testable import PixDecode

@Suite struct ChecksumTests {
  private func crc32(_ bytes: [UInt8], continuing previous: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { Checksum.crc32(of: $0, continuing: previous) }
  }

  @Test func theCheckValueOfItsSpecification() {
    #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(crc32([]) == 0)
  }

  @Test func piecesGiveWhatTheWholeGives() {
    let bytes = Array("123456789".utf8)
    for cut in 0...bytes.count {
      #expect(crc32(Array(bytes[cut...]), continuing: crc32(Array(bytes[..<cut]))) == 0xCBF4_3926)
    }
  }

  @Test func nothingAtAllChangesNothing() {
    let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
    #expect(Checksum.crc32(of: nothing) == 0)
    #expect(Checksum.crc32(of: nothing, continuing: 0x1234_5678) == 0x1234_5678)
  }
}
