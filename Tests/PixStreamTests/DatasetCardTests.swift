import PixRemote
import Testing

@testable import PixStream

@Suite struct DatasetCardTests {
  private func card(_ description: String) throws -> String {
    let folder = try TestFolder(["dataset.json": Array(description.utf8)])
    return DatasetCard(try Dataset.open(DatasetConfiguration(source: folder.path), keepWaiting: { true })).text
  }

  @Test func aFullDescription() throws {
    let text = try card(
      """
      {"id": "job_1", "name": "pets", "num_images": 10000, "size_bytes": 2500000000, "labels": ["cat", "dog"],
      "created_at": "2025-10-30T12:00:00Z", "chunks": [{"chunk_id": "a", "chunk_index": 0, "url": "a.zip"}]}
      """)
    #expect(
      text == """
        Dataset: pets
        Status: completed
        Images: 10,000
        Chunks: 1
        Size: 2.5 GB
        Created: 2025-10-30 12:00:00
        Labels: cat, dog (2 classes)
        """)
  }

  @Test func whatIsUnknownIsCalledSo() throws {
    let text = try card("{\"id\": 5, \"chunks\": [{\"chunk_id\": \"a\", \"chunk_index\": 0, \"url\": \"a.zip\"}]}")
    #expect(
      text == """
        Dataset: 5
        Status: completed
        Images: unknown
        Chunks: 1
        Size: unknown
        Created: unknown
        Labels: unknown
        """)
  }

  @Test func labelsAreCutAfterTen() throws {
    func labels(_ count: Int) throws -> String? {
      let list = (0..<count).map { "\"c\($0)\"" }.joined(separator: ",")
      return try card("{\"id\": \"x\", \"labels\": [\(list)], \"chunks\": []}").split(separator: "\n").last
        .map(String.init)
    }
    #expect(try labels(0) == "Labels: (0 classes)")
    #expect(try labels(1) == "Labels: c0 (1 class)")
    #expect(try labels(10) == "Labels: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 (10 classes)")
    #expect(try labels(12) == "Labels: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, … (12 classes)")
  }

  @Test func whatAStrangerWroteStaysOnItsLine() {
    #expect(DatasetCard.shown("a\nb\r\u{1B}[31m\u{2028}c\u{7F}\0") == "a b  [31m c  ")
    #expect(DatasetCard.shown("👨‍👩‍👧 família") == "👨‍👩‍👧 família")
    #expect(DatasetCard.shown(String(repeating: "é", count: 200)) == String(repeating: "é", count: 200))
    #expect(DatasetCard.shown(String(repeating: "é", count: 201)) == String(repeating: "é", count: 200) + "…")
  }

  @Test func sizesHaveOneDecimal() {
    let sizes = [0, 999, 1000, 1949, 999_949, 999_950, 125_000_000, 2_500_000_000, 999_950_000_000, .max]
    #expect(
      sizes.map(DatasetCard.size) == [
        "0 B", "999 B", "1.0 kB", "1.9 kB", "999.9 kB", "1.0 MB", "125.0 MB", "2.5 GB", "1.0 TB",
        "9223372.0 TB",
      ])
  }

  @Test func timesAreShownToTheSecond() {
    #expect(DatasetCard.time("2025-10-30T12:00:00Z") == "2025-10-30 12:00:00")
    #expect(DatasetCard.time("2025-10-30T12:00:00.123456+00:00") == "2025-10-30 12:00:00")
    #expect(DatasetCard.time("yesterday") == "yesterday")
  }
}
