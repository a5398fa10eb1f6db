import Testing

@testable import PixDecode

@Suite struct ZipDirectoryTests {
  private static let names = ["cat/0.jpg", "cat/1.jpg", "cat/2.jpg"]

  @Test(arguments: [
    "stored", "deflated", "stored_unseekable", "deflated_unseekable", "stored_zip64", "deflated_zip64_unseekable",
    "large", "directories", "commented", "longest_comment", "end_record_in_comment", "end_record_closes_comment",
    "empty", "empty_commented", "names", "same_name_twice", "other_methods", "many",
  ])
  func everyEntryIsListed(_ name: String) throws {
    let archive = try ZipFixtures.archive(name)
    let directory = try ZipDirectory(of: archive)
    #expect(directory.entries.map(\.name) == (try ZipFixtures.files(of: name).map(\.name)))
    #expect(directory.entries.map(\.ordinal) == Array(directory.entries.indices))
    for entry in directory.entries.prefix(100) {
      #expect(archive[entry.offset...].starts(with: little(ZipRecords.localSignature)))
    }
  }

  @Test func whatItListsIsWhatForwardReadingFinds() throws {
    for name in ["stored", "deflated", "deflated_unseekable", "stored_zip64", "mixed", "names"] {
      let archive = try ZipFixtures.archive(name)
      let found = ZipReading.of(archive).entries.map { entry in
        [entry.name, "\(entry.size)", "\(entry.compressedSize)", "\(entry.crc32)", "\(entry.offset)"]
      }
      let listed = try ZipDirectory(of: archive).entries.map { entry in
        [entry.name, "\(entry.size)", "\(entry.compressedSize)", "\(entry.crc32)", "\(entry.offset)"]
      }
      #expect(found == listed)
    }
  }

  @Test func aTailOfAnySizeFindsItOrSaysThatItIsShort() throws {
    for name in ["stored", "commented", "stored_zip64", "empty"] {
      let archive = try ZipFixtures.archive(name)
      let whole = try ZipDirectory.location(in: archive)
      let comment = name == "commented" ? 9 : 0
      for tail in 0...archive.count {
        if tail < 22 + comment {
          #expect(throws: ZipError.cutShort(entry: nil, offset: archive.count)) {
            try ZipDirectory.location(in: archive, tail: tail)
          }
        } else {
          #expect(try ZipDirectory.location(in: archive, tail: tail) == whole)
        }
      }
    }
  }

  @Test func aTailOfTailBytesIsEnoughForTheLongestCommentAndZip64() throws {
    let archive = ZipForgery.three { forgery in
      (forgery.count64, forgery.comment) = (3, [UInt8](repeating: 0x63, count: 65_535))
    }
    let location = try ZipDirectory.location(in: archive)
    #expect(archive[location.range].starts(with: little(ZipRecords.centralSignature)))
    #expect(try ZipDirectory(of: archive).entries.map(\.name) == Self.names)
    #expect(throws: ZipError.self) { try ZipDirectory.location(in: archive, tail: ZipDirectory.tailBytes - 1) }
  }

  @Test func theZip64RecordIsTheOneThatCounts() throws {
    let archive = ZipForgery.three { forgery in
      (forgery.count64, forgery.count) = (3, 0xFFFF)
      (forgery.directoryOffset, forgery.directorySize) = (.max, .max)
    }
    #expect(try ZipDirectory(of: archive).entries.map(\.name) == Self.names)
  }

  @Test func anEndRecordInACommentIsNotTakenForTheRealOne() throws {
    for (offset, size) in [(UInt32(0), UInt32(0)), (5, 9), (.max, .max), (0, 60)] {
      let fake =
        little(ZipRecords.endSignature) + little(UInt64(0)) + little(size) + little(offset) + little(UInt16(0))
      for comment in [fake, Array("before".utf8) + fake + Array("after".utf8), fake + fake] {
        #expect(try ZipDirectory(of: ZipForgery.three { $0.comment = comment }).entries.map(\.name) == Self.names)
      }
    }
  }

  @Test func bytesBetweenTheDirectoryAndItsEndRecordAreAllowed() throws {
    var archive = ZipForgery.three()
    archive.insert(contentsOf: [UInt8](repeating: 9, count: 30), at: archive.count - 22)
    #expect(try ZipDirectory(of: archive).entries.map(\.name) == Self.names)
  }

  @Test func aCommentThatIsCutShortIsNoEndRecord() {
    let archive = Array(ZipForgery.three { $0.comment = [1, 2, 3, 4] }.dropLast())
    #expect(throws: ZipError.cutShort(entry: nil, offset: archive.count)) { try ZipDirectory.location(in: archive) }
  }

  @Test func whatIsNoArchiveHasNoDirectory() {
    for count in [0, 1, 21, 22, 100_000] {
      let bytes = [UInt8](repeating: 0x50, count: count)
      #expect(throws: ZipError.cutShort(entry: nil, offset: count)) { try ZipDirectory.location(in: bytes) }
    }
  }

  @Test func aPlaceOutsideTheArchiveIsMalformed() {
    let place = UInt32(ZipForgery.three().count - 22)
    for (offset, size) in [(place + 1, UInt32(0)), (0, place + 1), (place, 1), (.max, .max), (1, .max), (.max - 1, 5)] {
      let archive = ZipForgery.three { ($0.directoryOffset, $0.directorySize) = (offset, size) }
      #expect(throws: ZipError.malformed(offset: Int(place), reason: "the end record points outside the archive")) {
        try ZipDirectory.location(in: archive)
      }
    }
  }

  @Test func aPlaceInTheMiddleOfSomethingIsMalformed() {
    for (offset, size) in [(UInt32(0), UInt32(10)), (3, 100)] {
      let archive = ZipForgery.three { ($0.directoryOffset, $0.directorySize) = (offset, size) }
      #expect(throws: ZipError.malformed(offset: Int(offset), reason: "a directory record is broken")) {
        try ZipDirectory(of: archive)
      }
    }
  }

  /// Bytes of the zip64 records that are put before the end record of an archive.
  private func withZip64(_ end64: [UInt8], place: UInt64? = nil) -> [UInt8] {
    let archive = ZipForgery.three()
    let start = archive.count - 22
    return archive[..<start] + end64 + ZipForgery.locator64(place ?? UInt64(start)) + archive[start...]
  }

  @Test func aZip64LocatorThatPointsNowhereIsMalformed() {
    let end64 = ZipForgery.end64(count: 3, size: 1, offset: 0)
    let start = UInt64(ZipForgery.three().count - 22)
    for place in [start + 1, start + 56, 1 << 40, 1 << 63, .max] {
      #expect {
        try ZipDirectory.location(in: withZip64(end64, place: place))
      } throws: {
        if case ZipError.malformed(_, "the zip64 locator points nowhere") = $0 { true } else { false }
      }
    }
    for place in [start - 1, 0] {
      #expect(throws: ZipError.malformed(offset: Int(place), reason: "there is no zip64 end record")) {
        try ZipDirectory.location(in: withZip64(end64, place: place))
      }
    }
  }

  @Test func impossibleZip64PlacesAreMalformed() {
    let values: [UInt64] = [1 << 33, 1 << 62, (1 << 63) - 1, 1 << 63, .max]
    for (size, offset) in values.map({ ($0, 0) }) + values.map({ (0, $0) }) + values.map({ ($0, $0) }) {
      #expect {
        try ZipDirectory.location(in: withZip64(ZipForgery.end64(count: 3, size: size, offset: offset)))
      } throws: {
        if case ZipError.malformed(_, "the end record points outside the archive") = $0 { true } else { false }
      }
    }
  }

  @Test func countsThatLieAreTold() {
    for count in [UInt16(0), 2, 4, 0xFFFF] {
      #expect(throws: ZipError.entryCount(declared: Int(count), found: 3)) {
        try ZipDirectory(of: ZipForgery.three { $0.count = count })
      }
    }
    for count in [0, 4, 1 << 32, 1 << 63, UInt64.max] {
      #expect(throws: ZipError.entryCount(declared: Int(clamping: count), found: 3)) {
        try ZipDirectory(of: ZipForgery.three { $0.count64 = count })
      }
    }
  }

  @Test func aDirectoryCutAtEveryByteIsMalformedOrMiscounted() throws {
    let archive = ZipForgery.three()
    let location = try ZipDirectory.location(in: archive)
    let record = location.range.count / 3
    for count in 0..<location.range.count {
      let bytes = UnsafeMutableRawBufferPointer.copied(Array(archive[location.range].prefix(count)))
      defer { bytes.deallocate() }
      let expected =
        count % record == 0
        ? ZipError.entryCount(declared: 3, found: count / record)
        : .malformed(
          offset: location.range.lowerBound + count / record * record, reason: "a directory record is broken")
      #expect(throws: expected) { try ZipDirectory(UnsafeRawBufferPointer(bytes), at: location) }
    }
  }

  @Test func everyByteFlippedEndsInEntriesOrAnError() throws {
    for archive in [ZipForgery.three(), ZipForgery.three { $0.count64 = 3 }] {
      let start = try ZipDirectory.location(in: archive).range.lowerBound
      var refused = 0
      for index in start..<archive.count {
        for bit in 0..<8 {
          var flipped = archive
          flipped[index] ^= 1 << bit
          do throws(ZipError) {
            #expect(try ZipDirectory(of: flipped).entries.count == 3)
          } catch { refused += 1 }
        }
      }
      #expect(refused > 300)
    }
  }
}
