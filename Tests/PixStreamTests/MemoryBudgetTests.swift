import Testing

@testable import PixStream

@Suite struct MemoryBudgetTests {
  @Test func whatDoesNotFitIsRefused() {
    let budget = MemoryBudget(limit: 100)
    #expect(budget.reserve(60))
    #expect(budget.fits(40))
    #expect(!budget.fits(41))
    #expect(!budget.reserve(41))
    #expect(budget.reserve(40))
    #expect(budget.used == 100)
    budget.release(60)
    #expect(budget.used == 40)
    #expect(budget.peak == 100)
  }

  @Test func forcePassesTheLimit() {
    let budget = MemoryBudget(limit: 100)
    budget.force(250)
    #expect(budget.used == 250)
    #expect(budget.peak == 250)
    #expect(!budget.reserve(1))
    budget.release(250)
    #expect(budget.reserve(100))
  }

  @Test func idleMemoryIsUsedAgain() throws {
    let budget = MemoryBudget(limit: 1 << 20)
    let pages = try #require(budget.take(8192))
    budget.giveBack(pages, 8192)
    #expect(budget.used == 8192)
    #expect(budget.take(8192) == pages)
    #expect(budget.used == 0)
    budget.giveBack(pages, 8192)
    let other = try #require(budget.take(4096))
    #expect(other != pages)
    #expect(budget.used == 8192)
    budget.giveBack(other, 4096)
    #expect(budget.used == 8192 + 4096)
  }

  @Test func idleMemoryGivesWayToWhatIsReserved() throws {
    let budget = MemoryBudget(limit: 20_000)
    for _ in 0..<2 { _ = try #require(budget.take(4096)) }
    let pages = try (0..<4).map { _ in try #require(budget.take(4096)) }
    for page in pages { budget.giveBack(page, 4096) }
    #expect(budget.used == 16_384)
    #expect(budget.fits(20_000))
    #expect(budget.reserve(10_000))
    #expect(budget.used <= 20_000)
    #expect(budget.used >= 10_000)
    #expect(budget.reserve(10_000))
    #expect(budget.used == 20_000)
    #expect(budget.peak == 20_000)
    budget.release(20_000)
    #expect(budget.used == 0)
  }

  @Test func memoryThatWouldNotFitIsNotKept() throws {
    let budget = MemoryBudget(limit: 10_000)
    let pages = try #require(budget.take(8192))
    #expect(budget.reserve(5_000))
    budget.giveBack(pages, 8192)
    #expect(budget.used == 5_000)
  }

  @Test func aClosedBudgetKeepsNothing() throws {
    let budget = MemoryBudget(limit: 1 << 20)
    let early = try #require(budget.take(4096))
    let late = try #require(budget.take(4096))
    budget.giveBack(early, 4096)
    budget.close()
    #expect(budget.used == 0)
    budget.giveBack(late, 4096)
    #expect(budget.used == 0)
  }

  @Test func moreMemoryThanThereCanBeIsRefused() { #expect(MemoryBudget(limit: 1).take(1 << 60) == nil) }

  @Test func footprintsAreWholePagesAndAtMostAnEighthTooLarge() {
    let budget = MemoryBudget(limit: 1 << 20)
    #expect([0, 1, 4096, 4097, 32_768, 65_537].map(budget.footprint) == [4096, 4096, 4096, 8192, 32_768, 73_728])
    var sizes: Set<Int> = []
    for capacity in stride(from: 1, to: 1 << 20, by: 777) {
      let footprint = budget.footprint(of: capacity)
      sizes.insert(footprint)
      #expect(footprint >= capacity && footprint % 4096 == 0 && footprint - capacity < max(4096, capacity / 8 + 1))
    }
    #expect(sizes.count <= 64)
  }
}
