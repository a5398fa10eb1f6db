import Foundation
import Testing

@testable import PixPublish

@Suite struct ZipWriterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private struct Archive {
    var path: String
    var bytes: [UInt8]
    var size: Int
    var digest: String

    func number(at offset: Int, bytes count: Int) -> Int {
      bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
  }

  private func archive(_ entries: [(String, Data)], smallestZip64: Int = 0xFFFF_FFFF) throws -> Archive {
    try folder.add("a.zip", "")
    let path = folder.file("a.zip")
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    var writer = ZipWriter(file, smallestZip64: smallestZip64)
    for (name, content) in entries { try writer.add(name, content) }
    let digest = try writer.finish()
    try file.close()
    return Archive(
      path: path, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))), size: writer.size,
      digest: digest)
  }

  /// Names, sizes, places and content as Python's zipfile reads them, after it has checked every checksum.
  private func entries(of archive: Archive) throws -> [String] {
    try Witness.python(
      """
      import sys, zipfile
      sys.stdout.reconfigure(encoding="utf-8")
      with zipfile.ZipFile(sys.argv[1]) as archive:
          assert archive.testzip() is None
          for entry in archive.infolist():
              assert entry.compress_type == zipfile.ZIP_STORED and entry.compress_size == entry.file_size
              assert entry.date_time == (1980, 1, 1, 0, 0, 0) and entry.external_attr >> 16 == 0o100644
              print(entry.filename, entry.file_size, entry.header_offset, archive.read(entry)[:20].decode())
      """, archive.path
    ).split(separator: "\n").map(String.init)
  }

  @Test func aLocalHeaderHasExactSizesAndAUTF8Name() throws {
    let archive = try archive([("é.jpg", Data("hello".utf8))])
    let expected: [UInt8] =
      [0x50, 0x4B, 3, 4, 20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]
      + [0x86, 0xA6, 0x10, 0x36] + [5, 0, 0, 0] + [5, 0, 0, 0] + [6, 0, 0, 0] + Array("é.jpghello".utf8)
    #expect(Array(archive.bytes.prefix(expected.count)) == expected)
  }

  @Test func anotherReaderFindsTheSame() throws {
    let long = String(repeating: "x", count: 250) + ".jpg"
    let archive = try archive([
      ("metadata.json", Data("{}".utf8)), ("котик/ねこ 🐈.jpg", Data("miau".utf8)), (long, Data("long".utf8)),
      ("empty", Data()),
    ])
    #expect(
      try entries(of: archive) == [
        "metadata.json 2 0 {}", "котик/ねこ 🐈.jpg 4 45 miau", "\(long) 4 \(45 + 30 + 26 + 4) long",
        "empty 0 \(105 + 30 + 254 + 4) ",
      ])
  }

  @Test func theDigestAndTheSizeAreThoseOfTheFile() throws {
    let archive = try archive([("a", Data("one".utf8)), ("b", Data(repeating: 7, count: 100_000))])
    let digest = try Witness.python(
      "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())", archive.path)
    #expect(archive.digest == digest.trimmingCharacters(in: .whitespacesAndNewlines))
    #expect(archive.size == archive.bytes.count)
  }

  @Test func anArchiveWithoutEntriesIsAnEndRecord() throws {
    let archive = try archive([])
    #expect(archive.bytes == [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18))
    #expect(try entries(of: archive) == [])
  }

  /// Entries of 200 bytes and more and offsets from 200 on count as large, so that small files reach every branch.
  @Test func largeSizesAndOffsetsAreWrittenInZip64Fields() throws {
    let large = Data(repeating: 0x61, count: 200)
    let archive = try archive(
      [("large", large), ("behind", Data("small".utf8)), ("both", large)], smallestZip64: 200)
    let text = String(repeating: "a", count: 20)
    #expect(try entries(of: archive) == ["large 200 0 \(text)", "behind 5 255 small", "both 200 296 \(text)"])

    // The first local header: version 45, sizes elsewhere, an extra field with both.
    #expect(archive.number(at: 4, bytes: 2) == 45)
    #expect(archive.number(at: 18, bytes: 4) == 0xFFFF_FFFF)
    #expect(archive.number(at: 22, bytes: 4) == 0xFFFF_FFFF)
    #expect(archive.number(at: 28, bytes: 2) == 20)
    #expect(archive.number(at: 35, bytes: 2) == 1)
    #expect(archive.number(at: 37, bytes: 2) == 16)
    #expect(archive.number(at: 39, bytes: 8) == 200)
    #expect(archive.number(at: 47, bytes: 8) == 200)
    // The second one is small; only its directory record needs more for where it lies.
    #expect(archive.number(at: 255 + 18, bytes: 4) == 5)
    #expect(archive.number(at: 255 + 28, bytes: 2) == 0)
    // The old end record sends its reader to the new one.
    #expect(archive.number(at: archive.size - 6, bytes: 4) == 0xFFFF_FFFF)
    #expect(archive.number(at: archive.size - 22 - 20, bytes: 4) == 0x0706_4B50)
  }

  @Test func aSizeBelowTheLimitNeedsNoZip64() throws {
    let archive = try archive([("a", Data(repeating: 0x61, count: 100))], smallestZip64: 200)
    #expect(archive.number(at: 4, bytes: 2) == 20)
    #expect(archive.number(at: 18, bytes: 4) == 100)
    #expect(archive.number(at: archive.size - 12, bytes: 2) == 1)
    #expect(archive.number(at: archive.size - 6, bytes: 4) == 131)
  }

  @Test(arguments: [(65_534, false), (65_535, true), (65_600, true)])
  func manyEntriesNeedAZip64EndRecord(count: Int, isWide: Bool) throws {
    let archive = try archive((0..<count).map { ("\($0)", Data()) })
    #expect((archive.number(at: archive.size - 22 - 20, bytes: 4) == 0x0706_4B50) == isWide)
    let found = try Witness.python(
      "import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).infolist()))", archive.path)
    #expect(found == "\(count)\n")
  }
}
