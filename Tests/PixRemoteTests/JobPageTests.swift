import Foundation
import Testing

@testable import PixRemote

@Suite struct JobPageTests {
  @Test func onlyTheItemsCount() throws {
    let json = #"{"items": [{"chunk_id": "c", "chunk_index": 0, "url": "u"}], "total": -5, "pages": "many"}"#
    let page = try JSONDecoder().decode(JobPage<ChunkReference>.self, from: Data(json.utf8))
    #expect(page.items == [ChunkReference(chunkID: "c", chunkIndex: 0, url: "u")])
  }

  @Test func aPageWithoutItemsIsNone() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(JobPage<ChunkReference>.self, from: Data(#"{"total": 0}"#.utf8))
    }
  }
}
