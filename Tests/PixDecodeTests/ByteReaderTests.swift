import Testing

@testable import PixDecode

@Suite struct ByteReaderTests {
  private static let bytes: [UInt8] = Array(0x81...0x90)

  @Test func numbersAreLittleEndianAndMayLieAnywhere() {
    Self.bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes, at: 1)
      #expect(reader.uint16() == 0x8382)
      #expect(reader.uint32() == 0x8786_8584)
      #expect(reader.uint64() == 0x8F8E_8D8C_8B8A_8988)
      #expect(reader.remaining == 1)
      #expect(reader.offset == 15)
    }
  }

  @Test func aNumberThatDoesNotFitLeavesTheReaderWhereItWas() {
    for count in 0...8 {
      Self.bytes[..<count].withUnsafeBytes { bytes in
        let reader = ByteReader(bytes)
        var (two, four, eight) = (reader, reader, reader)
        let read = (two.uint16() != nil, four.uint32() != nil, eight.uint64() != nil)
        #expect(read == (count >= 2, count >= 4, count >= 8))
        #expect(eight.offset == (count >= 8 ? 8 : 0))
      }
    }
  }

  @Test func bytesAreTakenInTurn() {
    Self.bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      let first = reader.take(3).map(Array.init)
      let skipped = (reader.skip(12), reader.skip(2))
      let last = (reader.take(0).map(Array.init), reader.take(1).map(Array.init), reader.take(1).map(Array.init))
      #expect(first == [0x81, 0x82, 0x83])
      #expect(skipped == (true, false))
      #expect(last == ([], [0x90], nil))
      #expect(reader.remaining == 0)
    }
  }

  @Test(arguments: [-1, Int.min, 17, Int.max]) func impossibleCountsAreRefused(_ count: Int) {
    Self.bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes, at: 1)
      let taken = reader.take(count)
      let skipped = reader.skip(count)
      #expect(taken?.count == nil && !skipped)
      #expect(reader.offset == 1)
    }
  }

  @Test func beyondTheEndAndInNothingThereIsNothing() {
    Self.bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes, at: 20)
      let (number, nothing) = (reader.uint16(), reader.take(0))
      #expect(number == nil && nothing?.count == nil)
    }
    var reader = ByteReader(UnsafeRawBufferPointer(start: nil, count: 0))
    let (number, nothing) = (reader.uint16(), reader.take(0))
    #expect(number == nil && nothing?.isEmpty == true)
  }
}
