import Testing

@testable import PixExport

@Suite struct ChunkDoubtTests {
  private let digest = ChunkDoubt.digest(
    chunk: "a", declared: String(repeating: "1", count: 64), found: String(repeating: "2", count: 64))
  private let length = ChunkDoubt.length(chunk: "a", declared: 3, found: 4)
  private let inside = ChunkDoubt.dataset(
    .archive(chunk: "a", .checksum(entry: "1.jpg", declared: 1, found: 2)))
  private let archive = ChunkDoubt.dataset(.archive(chunk: "a", .notAnArchive(startsWith: "<html>")))

  @Test func whatIsTheFilesAndWhatIsInIt() {
    #expect([digest, length, inside, archive].map(\.isOutside) == [true, true, false, false])
    #expect([digest, length, inside, archive].map(\.isInside) == [false, false, true, false])
  }

  @Test func theReasonSaysWhatWasDeclaredAndFound() {
    #expect(digest.reason.contains("111111111111…") && digest.reason.contains("222222222222…"))
    #expect(length.reason.contains("3 bytes") && length.reason.contains("4"))
    #expect(inside.reason.contains("1.jpg"))
    #expect(archive.reason.contains("<html>"))
  }
}
