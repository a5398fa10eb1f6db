import Testing

@testable import PixPublish

@Suite struct SeededGeneratorTests {
  /// The reference implementation's first numbers for the seed 1234567.
  @Test func itsNumbersAreThoseOfSplitMix64() {
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  /// A dataset packed today and one packed with a later version have the same order.
  @Test func aSeedsOrderIsFixedForever() {
    var generator = SeededGenerator(seed: 0)
    var numbers = Array(0..<10)
    generator.shuffle(&numbers)
    #expect(numbers == [6, 3, 2, 9, 8, 1, 4, 7, 0, 5])
  }

  @Test(arguments: [0, 1, 42, UInt64.max])
  func aShuffleLosesNothingAndRepeatsItself(seed: UInt64) {
    var first = Array(0..<1000)
    var second = first
    var generator = SeededGenerator(seed: seed)
    generator.shuffle(&first)
    generator = SeededGenerator(seed: seed)
    generator.shuffle(&second)
    #expect(first == second)
    #expect(first != Array(0..<1000))
    #expect(first.sorted() == Array(0..<1000))
  }

  @Test func seedsDiffer() {
    var orders: Set<[Int]> = []
    for seed in 0..<50 {
      var generator = SeededGenerator(seed: UInt64(seed))
      var numbers = Array(0..<20)
      generator.shuffle(&numbers)
      orders.insert(numbers)
    }
    #expect(orders.count == 50)
  }

  @Test func noneAndOneStayAsTheyAre() {
    var generator = SeededGenerator(seed: 5)
    var none: [Int] = []
    var one = [7]
    generator.shuffle(&none)
    generator.shuffle(&one)
    #expect(none.isEmpty)
    #expect(one == [7])
  }
}
