import PixDecode
import PixRemote
import Testing

@testable import PixStream

@Suite struct ChunkCacheTests {
  private func keep(_ bytes: Int, at place: Int, in cache: ChunkCache) throws {
    #expect(cache.reserve(bytes))
    cache.keep(HeldChunk(try MemoryFile(), bytes: bytes, budget: cache.budget), at: place)
  }

  @Test func theChunkThatWasNotUsedForLongestGoesFirst() throws {
    let cache = ChunkCache(memoryLimit: 100)
    for place in 0..<3 { try keep(30, at: place, in: cache) }
    #expect(cache.chunk(at: 0)?.bytes == 30)
    try keep(30, at: 3, in: cache)
    #expect(cache.chunk(at: 1) == nil)
    #expect([0, 2, 3].allSatisfy { cache.chunk(at: $0) != nil })
    #expect(cache.budget.used == 90)
    #expect(cache.budget.peak <= 100)
  }

  @Test func whatIsInUseIsNotRoom() throws {
    let cache = ChunkCache(memoryLimit: 100)
    try keep(60, at: 0, in: cache)
    let held = cache.chunk(at: 0)
    #expect(!cache.reserve(50))
    #expect(cache.chunk(at: 0) == nil)
    #expect(cache.budget.used == 60)
    withExtendedLifetime(held) {}
  }

  @Test func aChunkThatNobodyHoldsLeavesTheBudget() throws {
    let cache = ChunkCache(memoryLimit: 100)
    #expect(cache.reserve(60))
    do { _ = HeldChunk(try MemoryFile(), bytes: 60, budget: cache.budget) }
    #expect(cache.budget.used == 0)
  }

  @Test func everyChunkHasItsOwnLinks() {
    let cache = ChunkCache(memoryLimit: 100)
    #expect(cache.links(to: 1) === cache.links(to: 1))
    #expect(cache.links(to: 1) !== cache.links(to: 2))
    #expect(!cache.isInherited)
  }
}
