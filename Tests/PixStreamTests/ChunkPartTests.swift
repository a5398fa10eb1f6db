import Testing

@testable import PixStream

@Suite struct ChunkPartTests {
  @Test func itCountsWhatTheChunkHasOfIt() {
    #expect(ChunkPart(chunk: 0).count(of: 7) == 7)
    #expect(ChunkPart(chunk: 0, images: 2..<5).count(of: 7) == 3)
    #expect(ChunkPart(chunk: 0, images: 2..<5).count(of: 4) == 2)
    #expect(ChunkPart(chunk: 0, images: 2..<5).count(of: 1) == 0)
    #expect(ChunkPart(chunk: 0, images: 2..<5).count(of: -1) == 0)
    #expect(ChunkPart(chunk: 0).count(of: nil) == nil)
  }
}
