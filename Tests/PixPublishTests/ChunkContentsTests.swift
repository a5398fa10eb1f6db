import Foundation
import Testing

@testable import PixPublish

@Suite struct ChunkContentsTests {
  @Test func itIsWrittenWithTheContractsNames() throws {
    let contents = ChunkContents(
      chunkIndex: 3,
      images: [
        ImageFolder.Image(path: "cat/1.jpg", label: "cat", size: 10, modified: 5),
        ImageFolder.Image(path: "2.jpg", label: nil, size: 20, modified: 6),
      ])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    #expect(
      String(decoding: try encoder.encode(contents), as: UTF8.self)
        == #"{"chunk_index":3,"images":[{"filename":"cat/1.jpg","label":"cat","size":10},"#
        + #"{"filename":"2.jpg","size":20}]}"#)
  }
}
