import Testing

@testable import PixStream

@Suite struct FifoTests {
  @Test func whatGoesInFirstComesOutFirst() {
    var fifo = Fifo<Int>()
    var expected: [Int] = []
    var dice = SeededDice(seed: 1)
    for number in 0..<10_000 {
      if dice.chance(55) {
        fifo.append(number)
        expected.append(number)
      } else {
        #expect(fifo.first == expected.first)
        #expect(fifo.popFirst() == (expected.isEmpty ? nil : expected.removeFirst()))
      }
      #expect(fifo.count == expected.count)
    }
    #expect(expected.indices.allSatisfy { fifo[$0] == expected[$0] })
    while let element = fifo.popFirst() { #expect(element == expected.removeFirst()) }
    #expect(expected.isEmpty)
  }

  @Test func theEndIsTakenOffInOrder() {
    var fifo = Fifo<Int>()
    for number in 0..<300 { fifo.append(number) }
    for _ in 0..<200 { _ = fifo.popFirst() }
    #expect(fifo.removeAll(after: 98) == [298, 299])
    #expect(fifo.removeAll(after: 98) == [])
    #expect(fifo.removeAll(after: 1000) == [])
    fifo[97] = 7
    fifo.append(8)
    #expect((0..<fifo.count).map { fifo[$0] } == Array(200..<297) + [7, 8])
    #expect(fifo.removeAll(after: 0).count == 99)
    #expect(fifo.isEmpty)
    #expect(fifo.first == nil)
  }

  @Test func whatWasTakenOutIsNotHeld() {
    final class Thing {}
    var fifo = Fifo<Thing>()
    fifo.append(Thing())
    fifo.append(Thing())
    weak let first = fifo.first
    #expect(first != nil)
    _ = fifo.popFirst()
    #expect(first == nil)
    #expect(fifo.count == 1)
  }

  /// Half a million, which would take many minutes if each moved those after it.
  @Test func lengthCostsNothing() {
    var fifo = Fifo<(Int, Int, Int, Int, Int, Int, Int, Int)>()
    for number in 0..<500_000 { fifo.append((number, 0, 0, 0, 0, 0, 0, 0)) }
    let started = ContinuousClock.now
    var sum = 0
    while let element = fifo.popFirst() { sum += element.0 }
    #expect(sum == 500_000 * 499_999 / 2)
    #expect(ContinuousClock.now - started < .seconds(60))
  }
}
