import PixDecode
import PixRemote
import Testing

@testable import PixStream

@Suite struct ChunkIndexTests {
  private func index(
    _ entries: [(name: String, bytes: [UInt8])], numImages: Int? = nil, label: String? = nil,
    metadata: String? = nil, _ change: (inout [ZipEntry]) -> Void = { _ in }
  ) throws -> ChunkIndex {
    let archive = TestArchive.zip(entries)
    var (directory, start) = try archive.withUnsafeBytes { bytes in
      let location = try ZipDirectory.locate(tail: bytes, archiveSize: bytes.count)
      let part = UnsafeRawBufferPointer(rebasing: bytes[location.range])
      return (try ZipDirectory(part, at: location), location.range.lowerBound)
    }
    change(&directory.entries)
    let content = DirectoryPeek.Content(
      directory: directory, start: start,
      metadata: metadata.map { text in
        Result { () throws(ZipError) in
          try Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(ZipError) in try ChunkMetadata(bytes) }
          }.get()
        }
      }, file: ResponseHead(status: 200))
    return try ChunkIndex(
      of: ChunkReference(chunkID: "c", chunkIndex: 0, url: "c.zip", numImages: numImages, label: label), content,
      hasRanges: true)
  }

  private func names(_ index: ChunkIndex) -> [String] { index.samples.map(\.entry.name) }

  private let mixed: [(name: String, bytes: [UInt8])] = [
    ("b.png", [1]), ("__MACOSX/b.png", [2]), ("notes.txt", [3]), ("dog/a.jpg", [4, 5]), (".hidden.png", [6]),
    ("x", [7]),
  ]

  @Test func namesThatPromiseAnImageAreSamples() throws {
    for count in [nil, 2] { #expect(names(try index(mixed, numImages: count)) == ["b.png", "dog/a.jpg"]) }
    #expect(names(try index(mixed, numImages: 4)) == ["b.png", "notes.txt", "dog/a.jpg", "x"])
    for count in [0, 1, 3, 5, 6] {
      #expect(throws: DatasetError.misnumbered(chunk: "c", declared: count, found: 2)) {
        try index(mixed, numImages: count)
      }
    }
  }

  @Test func recordsEndWhereTheNextEntryOfAnyKindBegins() throws {
    let index = try index(mixed) { $0.shuffle() }
    #expect(names(index) == ["b.png", "dog/a.jpg"])
    #expect(index.samples.map(\.record.count) == [30 + 5 + 1, 30 + 9 + 2])
    #expect(index.samples[0].record.lowerBound == 0)
  }

  @Test func labelsFollowTheRule() throws {
    let entries: [(name: String, bytes: [UInt8])] = [("0.png", [1]), ("cat/1.png", [1]), ("cat/2.png", [1])]
    let metadata = "{\"images\": [{\"filename\": \"cat/2.png\", \"label\": 3}]}"
    let index = try index(entries, label: "pet", metadata: metadata)
    #expect(index.samples.map(\.label) == [.text("pet"), .text("cat"), .integer(3)])
  }

  @Test func brokenMetadataIsAnError() throws {
    #expect(throws: DatasetError.self) { try index(mixed, metadata: "[1") }
  }

  @Test func entriesThatOverlapOrLieOutsideAreRefused() throws {
    let changes: [(inout [ZipEntry]) -> Void] = [
      { $0[1].offset = $0[0].offset }, { $0[1].offset = 1 << 40 }, { $0[0].offset = -1 },
      { $0[1].compressedSize = 1000 }, { $0[3].offset = 1 },
    ]
    for change in changes {
      let error = #expect(throws: DatasetError.self) { try index(mixed, change) }
      guard case .archive(chunk: "c", .directoryMismatch)? = error else { return #expect(Bool(false)) }
    }
  }

  @Test func aRecordIsNoLongerThanAnEntryCanBe() throws {
    let index = try index([("a.png", [1]), ("b.png", [UInt8](repeating: 0, count: 500_000)), ("c.png", [1])]) {
      $0.remove(at: 1)
    }
    #expect(index.samples[0].record.count < 140_000)
  }
}
