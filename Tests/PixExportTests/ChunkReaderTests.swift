import Foundation
import PixDecode
import Testing

@testable import PixExport

@Suite struct ChunkReaderTests {
  /// What comes out of an archive, one word per entry, and what ends it.
  private func read(_ path: String) throws -> (names: [String], refused: [String], end: ZipError?) {
    var reader = try ChunkReader(path)
    var names: [String] = []
    var refused: [String] = []
    do throws(ZipError) {
      while let item = try reader.next() {
        switch item {
        case .entry(let entry, let bytes):
          #expect(bytes.count == entry.size)
          names.append(entry.name)
        case .refused(let entry, _): refused.append(entry.name)
        }
      }
    } catch { return (names, refused, error) }
    return (names, refused, nil)
  }

  @Test func entriesComeInOrderAndMetadataIsThereFromTheFirst() throws {
    let fixtures = try ExportFixtures("plain")
    #expect(
      try read(fixtures.path(0)).names == ["cat/1.jpg", "dog/deep/er/2.png", "readme.txt", "dog/3.webp"])
    let reader = try ChunkReader(fixtures.path(1))
    #expect(reader.metadata?["4.jpg"] == .text("cat"))
    #expect(try read(fixtures.path(1)).end == nil)
  }

  @Test func aWrongChecksumIsRefusedAndTheRestRead() throws {
    let fixtures = try ExportFixtures("damaged")
    let found = try read(fixtures.path(0))
    #expect(found.refused == ["cat/wrong.jpg"])
    #expect(found.names.count == 6)
    #expect(found.end == nil)
  }

  @Test func whatBreaksOffGivesWhatCameBefore() throws {
    let fixtures = try ExportFixtures("damaged")
    let found = try read(fixtures.path(1))
    #expect(found.names == ["dog/6.jpg", "dog/7.jpg"])
    guard case .malformed = found.end else {
      Issue.record("\(String(describing: found.end))")
      return
    }
  }

  @Test func everyCutIsNoticed() throws {
    let fixtures = try ExportFixtures("plain")
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixtures.path(2))))
    let folder = try TestFolder()
    for length in stride(from: 0, to: whole.count, by: 7) {
      try folder.write("cut.zip", whole.prefix(length))
      #expect(try read(folder.path + "/cut.zip").end != nil, "\(length) bytes")
    }
    try folder.write("whole.zip", whole)
    #expect(try read(folder.path + "/whole.zip").end == nil)
  }

  @Test func unsafeNamesAreRefused() throws {
    let found = try read(try ExportFixtures("hostile").path(0))
    #expect(found.refused.count == 8)
    #expect(found.refused.contains("../out.jpg"))
    #expect(found.end == nil)
  }

  @Test func whatIsNoFileIsAnError() throws {
    let folder = try TestFolder()
    for (path, code) in [(folder.path, EINVAL), (folder.path + "/none", ENOENT)] {
      #expect(throws: ExportError.file(path: path, code: code)) { _ = try ChunkReader(path) }
    }
  }
}
