import Foundation
import Testing

@testable import PixRemote

@Suite struct ChunkReferenceTests {
  private func chunk(_ more: String = "") throws -> ChunkReference {
    let json = #"{"chunk_id": "c", "chunk_index": 3, "url": "c.zip"\#(more)}"#
    return try JSONDecoder().decode(ChunkReference.self, from: Data(json.utf8))
  }

  @Test func whatIsNotSaidIsUnknown() throws {
    #expect(try chunk() == ChunkReference(chunkID: "c", chunkIndex: 3, url: "c.zip"))
    #expect(try chunk(#", "num_images": null, "label": null, "later": {"a": [1]}"#) == chunk())
  }

  @Test func everythingThatCanBeSaid() throws {
    let said = try chunk(
      #", "num_images": 5, "size_bytes": 9, "sha256": "ab", "label": "cat", "expires_at": "2025-10-30T12:00:00Z""#)
    #expect(
      said
        == ChunkReference(
          chunkID: "c", chunkIndex: 3, url: "c.zip", numImages: 5, sizeBytes: 9, sha256: "ab", label: "cat",
          expiresAt: "2025-10-30T12:00:00Z"))
    let data = try JSONEncoder().encode(said)
    #expect(try JSONDecoder().decode(ChunkReference.self, from: data) == said)
  }

  @Test func anIdMayBeANumber() throws {
    let json = #"{"chunk_id": 12, "chunk_index": 0, "url": ""}"#
    #expect(try JSONDecoder().decode(ChunkReference.self, from: Data(json.utf8)).chunkID == "12")
  }

  @Test(arguments: [
    #""num_images": -1"#, #""size_bytes": -9223372036854775808"#, #""num_images": 1099511627777"#,
    #""size_bytes": 9223372036854775807"#, #""size_bytes": 99999999999999999999"#, #""num_images": 1.5"#,
    #""num_images": "5""#, #""label": 5"#, #""sha256": []"#,
  ])
  func valuesThatCannotBe(field: String) {
    #expect(throws: DecodingError.self) { try chunk(", " + field) }
  }

  @Test func theLargestCountsOfAWholeDescriptionAddUp() throws {
    #expect(try chunk(#", "num_images": 1099511627776"#).numImages == 1 << 40)
  }
}
