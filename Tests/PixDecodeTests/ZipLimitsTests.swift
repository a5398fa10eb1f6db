import Testing

@testable import PixDecode

@Suite struct ZipLimitsTests {
  private func passes(_ limits: ZipLimits, compressed: Int, inflated: Int) -> Bool {
    do throws(ZipError) {
      try limits.check(entry: "a", compressed: compressed, inflated: inflated)
      return true
    } catch {
      #expect(error == .bomb(entry: "a", compressed: compressed, inflated: inflated))
      return false
    }
  }

  @Test func theSizeItselfIsAllowed() {
    let limits = ZipLimits(entryBytes: 1000, ratio: 10, ratioFloor: 2000)
    #expect(passes(limits, compressed: 1000, inflated: 1000))
    #expect(!passes(limits, compressed: 1000, inflated: 1001))
    #expect(!passes(limits, compressed: 1001, inflated: 1))
    #expect(!passes(limits, compressed: .max, inflated: .max))
  }

  @Test func theRatioCountsAboveItsFloor() {
    let limits = ZipLimits(entryBytes: 10_000, ratio: 10, ratioFloor: 500)
    #expect(passes(limits, compressed: 0, inflated: 500))
    #expect(!passes(limits, compressed: 0, inflated: 501))
    #expect(passes(limits, compressed: 100, inflated: 1009))
    #expect(!passes(limits, compressed: 100, inflated: 1010))
  }

  @Test func imagesPassTheUsualLimits() {
    let limits = ZipLimits()
    #expect(passes(limits, compressed: 25_000_000, inflated: 25_000_000))
    #expect(passes(limits, compressed: 4_000, inflated: 3_900_000))
    #expect(!passes(limits, compressed: 65_000, inflated: 64 << 20), "1032 to 1")
    #expect(!passes(limits, compressed: 600 << 20, inflated: 600 << 20))
  }
}
