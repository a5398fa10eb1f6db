import Testing

@testable import PixDecode

@Suite struct EntryScannerTests {
  private func entries(_ archive: [UInt8]) throws -> [ZipEntry] {
    try archive.withUnsafeBytes { bytes in
      try ZipDirectory(
        UnsafeRawBufferPointer(
          rebasing: bytes[try ZipDirectory.locate(tail: bytes, archiveSize: bytes.count).range]),
        at: try ZipDirectory.locate(tail: bytes, archiveSize: bytes.count))
    }.entries
  }

  /// An entry's content out of the bytes from its header on, pushed piece by piece; nil when they do not suffice.
  private func content(_ entry: ZipEntry, in bytes: ArraySlice<UInt8>, push: Int = .max) throws -> [UInt8]? {
    var scanner = EntryScanner(entry)
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = start + min(push, bytes.endIndex - start)
      let piece = UnsafeMutableRawBufferPointer.copied(Array(bytes[start..<end]))
      defer { piece.deallocate() }
      var input = UnsafeRawBufferPointer(piece)
      if let packed = try scanner.next(&input) {
        #expect(scanner.bytesNeeded >= entry.compressedSize)
        return try packed.unpacked().withBytes { Array($0) }
      }
      #expect(input.isEmpty)
      start = end
    }
    return nil
  }

  @Test(
    arguments: [1, 7, .max],
    ["stored", "deflated", "stored_unseekable", "deflated_unseekable", "deflated_zip64", "same_name_twice"])
  func everyEntryIsReadOnItsOwn(_ push: Int, _ name: String) throws {
    let archive = try ZipFixtures.archive(name)
    let files = try ZipFixtures.files(of: name)
    let listed = try entries(archive)
    #expect(listed.map(\.name) == files.map(\.name))
    for (entry, file) in zip(listed, files).reversed() where !entry.isDirectory {
      #expect(try content(entry, in: archive[entry.offset...], push: push) == file.content)
      #expect(entry.recordEnds.contains(entry.offset + 30 + entry.name.utf8.count + entry.compressedSize))
      #expect(try content(entry, in: archive[entry.offset..<entry.offset + 29]) == nil)
    }
  }

  @Test func aHeaderThatIsNotTheListedOneTakesNoMemory() throws {
    let archive = ZipForgery.three()
    let second = try entries(archive)[1]
    let changes: [(inout ZipEntry) -> Void] = [
      { $0.name = "dog/1.jpg" }, { $0.method = 8 }, { $0.size += 1 }, { $0.compressedSize = 1 << 40 },
      { $0.crc32 ^= 1 },
    ]
    for change in changes {
      var listed = second
      change(&listed)
      #expect(throws: ZipError.self) { try content(listed, in: archive[second.offset...]) }
    }
    #expect(try content(second, in: archive[second.offset...]) == Array("the second file".utf8))
  }

  @Test func whatIsNoEntryIsAnError() throws {
    let archive = ZipForgery.three()
    var second = try entries(archive)[1]
    for offset in [second.offset + 1, second.offset - 1, 5] {
      second.offset = offset
      #expect(throws: ZipError.self) { try content(second, in: archive[offset...]) }
    }
    #expect(throws: ZipError.self) {
      try content(second, in: Array("<html>no archive at all, this one</html>".utf8)[...])
    }
  }

  @Test func flippedBitsEndInAnErrorOrInTheContent() throws {
    var dice = Dice(state: 7)
    for name in ["deflated", "stored_unseekable"] {
      let archive = try ZipFixtures.archive(name)
      let files = try ZipFixtures.files(of: name)
      let listed = try entries(archive)
      for _ in 0..<2000 {
        let index = Int.random(in: 0..<listed.count, using: &dice)
        let entry = listed[index]
        var bytes = Array(archive[entry.offset..<min(archive.count, entry.offset + 200 + entry.compressedSize)])
        bytes[Int.random(in: 0..<min(bytes.count, 60 + entry.compressedSize), using: &dice)] ^=
          1 << UInt8.random(in: 0..<8, using: &dice)
        if let read = try? content(entry, in: bytes[...], push: Int.random(in: 1...100, using: &dice)) {
          #expect(read == files[index].content)
        }
      }
    }
  }
}
