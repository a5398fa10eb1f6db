import Testing

@testable import PixStream

@Suite struct PlannedReadTests {
  private func plan(_ records: [Range<Int>], longest: Int = .max) -> [PlannedRead] {
    PlannedRead.all(records.enumerated().map { .init(id: $0, record: $1) }, of: 3, longest: longest)
  }

  @Test func neighboursShareARequest() {
    let reads = plan([200..<300, 0..<100, 100..<200])
    #expect(reads.map(\.range) == [0..<300])
    #expect(reads[0].wishes.map(\.id) == [1, 2, 0])
    #expect(reads[0].chunk == 3)
  }

  @Test func whatLiesBetweenIsAtMostATwentieth() {
    #expect(plan([0..<100, 110..<210]).map(\.range) == [0..<210])
    #expect(plan([0..<100, 111..<211]).map(\.range) == [0..<100, 111..<211])
    // All gaps together count, not each of them.
    #expect(plan([0..<100, 110..<210, 225..<325]).map(\.range) == [0..<210, 225..<325])
    #expect(plan([0..<100, 110..<210, 210..<410, 425..<525]).map(\.range) == [0..<525])
  }

  @Test func noRequestIsLongerThanItsShare() {
    let records = (0..<10).map { $0 * 100..<$0 * 100 + 100 }
    #expect(plan(records, longest: 300).map(\.wishes.count) == [3, 3, 3, 1])
    #expect(plan(records, longest: 50).map(\.wishes.count) == Array(repeating: 1, count: 10))
  }

  @Test func nothingIsPlannedForNothing() { #expect(plan([]).isEmpty) }

  @Test func everyWishIsInOneReadInTheOrderOfItsBytes() {
    var dice = SeededDice(seed: 5)
    for _ in 0..<200 {
      var records: [Range<Int>] = []
      var place = 0
      for _ in 0..<Int.random(in: 1...40, using: &dice) {
        place += Int.random(in: 0...1, using: &dice) * Int.random(in: 0...200, using: &dice)
        records.append(place..<place + Int.random(in: 1...2000, using: &dice))
        place = records.last!.upperBound
      }
      let reads = plan(records.shuffled(using: &dice), longest: 5000)
      #expect(reads.flatMap { $0.wishes.map(\.record) } == records)
      for read in reads {
        #expect(read.range == read.wishes[0].record.lowerBound..<read.wishes.last!.record.upperBound)
        let wanted = read.wishes.reduce(0) { $0 + $1.record.count }
        #expect((read.range.count - wanted) * 20 <= wanted)
        #expect(read.range.count <= 5000)
      }
    }
  }
}
