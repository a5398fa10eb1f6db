import Testing

@testable import PixDecode

@Suite struct ZipDescriptorTests {
  private let entry = ZipEntry(
    ordinal: 1, name: "a.jpg", method: 8, flags: 8, crc32: 0, compressedSize: 0, size: 0, offset: 40)

  private static let followers = [
    ZipRecords.localSignature, ZipRecords.centralSignature, ZipRecords.endSignature, ZipRecords.end64Signature,
  ]

  private func lookahead(
    _ form: ZipForgery.DescriptorForm, crc32: UInt32 = 7, compressed: UInt64 = 30, size: UInt64 = 50,
    then signature: UInt32 = ZipRecords.localSignature
  ) -> [UInt8] {
    let bytes = ZipForgery.Entry.descriptor(form, crc32: crc32, compressed: compressed, size: size)
    return Array((bytes + little(signature) + [UInt8](repeating: 0, count: 28)).prefix(ZipDescriptor.lookahead))
  }

  @Test(arguments: zip(ZipForgery.DescriptorForm.allCases, [12, 16, 20, 24]))
  func everyFormBeforeEveryRecordIsRead(_ form: ZipForgery.DescriptorForm, _ length: Int) throws {
    for signature in Self.followers {
      let bytes = lookahead(form, then: signature)
      let (found, matched) = try ZipDescriptor.match(bytes, entry: entry, compressed: 30)
      #expect(matched == length)
      #expect((found.crc32, found.compressedSize, found.size) == (7, 30, 50))
      #expect((found.name, found.ordinal, found.offset) == ("a.jpg", 1, 40))
      #expect(try ZipDescriptor.length(bytes, at: 9) == length)
    }
  }

  @Test(arguments: ZipForgery.DescriptorForm.allCases)
  func aChecksumThatLooksLikeASignatureIsOne(_ form: ZipForgery.DescriptorForm) throws {
    for signature in Self.followers + [ZipRecords.descriptorSignature] {
      let bytes = lookahead(form, crc32: signature)
      #expect(try ZipDescriptor.match(bytes, entry: entry, compressed: 30).0.crc32 == signature)
    }
  }

  @Test(arguments: ZipForgery.DescriptorForm.allCases)
  func anotherCompressedSizeThanWasReadIsMalformed(_ form: ZipForgery.DescriptorForm) {
    for declared in [0, 29, 31, UInt64.max] {
      #expect(
        throws: ZipError.malformed(
          offset: 40, reason: "the data descriptor of a.jpg does not declare the 30 bytes that were read")
      ) { try ZipDescriptor.match(lookahead(form, compressed: declared), entry: entry, compressed: 30) }
    }
  }

  @Test func nothingKnownAfterItIsMalformed() {
    for form in ZipForgery.DescriptorForm.allCases {
      for signature in [0, ZipRecords.locator64Signature, ZipRecords.descriptorSignature] {
        let bytes = lookahead(form, then: signature)
        #expect(throws: ZipError.self) { try ZipDescriptor.match(bytes, entry: entry, compressed: 30) }
        #expect(
          throws: ZipError.malformed(offset: 9, reason: "there is no data descriptor where one should be")
        ) { try ZipDescriptor.length(bytes, at: 9) }
      }
    }
  }

  @Test func anImpossibleSizeIsTheLargest() throws {
    let bytes = lookahead(.signedWide, size: .max)
    #expect(try ZipDescriptor.match(bytes, entry: entry, compressed: 30).0.size == .max)
  }

  @Test func tooFewBytesAreMalformed() {
    let bytes = lookahead(.signed)
    for count in 0..<20 {
      #expect(throws: ZipError.self) {
        try ZipDescriptor.match(Array(bytes[..<count]), entry: entry, compressed: 30)
      }
      #expect(throws: ZipError.self) { try ZipDescriptor.length(Array(bytes[..<count]), at: 0) }
    }
  }
}
