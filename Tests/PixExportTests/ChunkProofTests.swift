import Glibc
import PixDecode
import PixRemote
import Testing

@testable import PixExport

@Suite struct ChunkProofTests {
  private func doubt(_ path: String, _ chunk: ChunkReference) -> ChunkDoubt? {
    do throws(ChunkProof.Failure) { _ = try ChunkProof.check(path, is: chunk) } catch {
      if case .doubt(let doubt) = error { return doubt }
      Issue.record("\(error)")
    }
    return nil
  }

  private func reference(_ path: String) throws -> ChunkReference {
    ChunkReference(
      chunkID: "c", chunkIndex: 0, url: "c.zip", sizeBytes: Disk.size(of: path),
      sha256: try ChunkProof.digest(of: path))
  }

  @Test func aDigestIsTheSystems() throws {
    let folder = try TestFolder()
    try folder.write("empty", [])
    #expect(
      try ChunkProof.digest(of: folder.path + "/empty")
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    try folder.write("long", repeatElement(UInt8(ascii: "a"), count: 1_000_000 + (1 << 20)))
    try folder.write("abc", Array("abc".utf8))
    #expect(
      try ChunkProof.digest(of: folder.path + "/abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(throws: ExportError.file(path: "/none", code: ENOENT)) { _ = try ChunkProof.digest(of: "/none") }
  }

  @Test func itEndsAsSoonAsItMay() throws {
    let path = try ExportFixtures("plain").path(0)
    var chunk = try reference(path)
    for digest in [chunk.sha256, nil] {
      chunk.sha256 = digest
      for turns in 0..<2 {
        var left = turns
        var isCancelled = false
        do throws(ChunkProof.Failure) {
          _ = try ChunkProof.check(path, is: chunk) {
            left -= 1
            return left >= 0
          }
        } catch {
          if case .disk(.cancelled) = error { isCancelled = true }
        }
        #expect(isCancelled)
      }
    }
    #expect(throws: ExportError.cancelled) { _ = try ChunkProof.digest(of: path, goesOn: { false }) }
  }

  @Test func theLengthIsComparedFirstThenTheDigest() throws {
    let path = try ExportFixtures("plain").path(0)
    var chunk = try reference(path)
    #expect(doubt(path, chunk) == nil)
    chunk.sha256 = chunk.sha256?.uppercased()
    #expect(doubt(path, chunk) == nil)
    chunk.sha256 = String(repeating: "0", count: 64)
    guard case .digest("c", _, _) = doubt(path, chunk) else {
      Issue.record("the digest is not compared")
      return
    }
    chunk.sizeBytes = 1
    #expect(doubt(path, chunk) == .length(chunk: "c", declared: 1, found: Disk.size(of: path) ?? 0))
  }

  @Test func withoutADigestChecksumsProve() throws {
    let bare = ChunkReference(chunkID: "c", chunkIndex: 0, url: "c.zip")
    let plain = try ExportFixtures("plain")
    #expect(doubt(plain.path(0), bare) == nil)
    let damaged = try ExportFixtures("damaged")
    #expect(doubt(damaged.path(0), bare)?.isInside == true)
    let broken = try #require(doubt(damaged.path(1), bare))
    #expect(!broken.isInside)
    // Names that cannot be used are how the archive was made, and no damage.
    #expect(doubt(try ExportFixtures("hostile").path(0), bare) == nil)
  }

  @Test func everyFlippedByteOfAnEntryIsNoticedWithoutADigest() throws {
    let path = try ExportFixtures("plain").path(0)
    let folder = try TestFolder()
    let whole = try Disk.read(path)
    let bare = ChunkReference(chunkID: "c", chunkIndex: 0, url: "c.zip")
    // The first entry's data: behind its header and name.
    let start = 30 + Int(whole[26]) + Int(whole[28])
    for place in start..<start + 100 {
      var damaged = whole
      damaged[place] ^= 1
      try folder.write("c.zip", damaged)
      #expect(doubt(folder.path + "/c.zip", bare) != nil, "byte \(place)")
    }
  }
}
