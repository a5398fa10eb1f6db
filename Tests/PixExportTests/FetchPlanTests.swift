import Testing

@testable import PixExport

@Suite struct FetchPlanTests {
  /// Lets chunks arrive in an order that the seed makes up, and checks what must hold at every step.
  private func simulate(chunks: Int, wanted: Int, written: Int, workers: Int, seed: UInt64) -> [Int] {
    var dice = Dice(state: seed)
    var plan = FetchPlan(chunks: chunks, wanted: wanted, written: written, workers: workers)
    var fetching: [Int] = []
    var order: [Int] = []
    while !plan.isDone {
      while let place = plan.begin() {
        #expect(plan.states[place] == .fetching)
        #expect(!order.contains(place) && !fetching.contains(place))
        fetching.append(place)
      }
      #expect(fetching.count <= workers)
      #expect(fetching.allSatisfy { $0 < plan.next + 2 * workers })
      if plan.isNextHere, fetching.isEmpty || dice.next() % 2 == 0 {
        order.append(plan.next)
        plan.wrote(plan.next)
      } else {
        guard !fetching.isEmpty else {
          Issue.record("nothing goes on at \(plan.next)")
          break
        }
        plan.arrived(fetching.remove(at: Int(dice.next() % UInt64(fetching.count))))
      }
    }
    return order
  }

  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
  }

  @Test func everyChunkIsWrittenOnceAndInOrderHoweverTheyArrive() {
    for seed in 0..<200 as Range<UInt64> {
      for workers in [1, 2, 4, 9] {
        let written = Int(seed % 5)
        #expect(
          simulate(chunks: 17, wanted: 17, written: written, workers: workers, seed: seed) == Array(written..<17))
      }
    }
  }

  @Test func noMoreThanIsWanted() {
    #expect(simulate(chunks: 17, wanted: 3, written: 0, workers: 4, seed: 1) == [0, 1, 2])
    #expect(simulate(chunks: 2, wanted: 9, written: 0, workers: 4, seed: 1) == [0, 1])
    #expect(simulate(chunks: 0, wanted: 0, written: 0, workers: 4, seed: 1) == [])
    #expect(simulate(chunks: 4, wanted: 2, written: 3, workers: 4, seed: 1) == [])
  }

  @Test func widensOneByOneUpToTheEnd() {
    var plan = FetchPlan(chunks: 3, wanted: 1, written: 0, workers: 4)
    let begun = [plan.begin(), plan.begin()]
    #expect(begun == [0, nil])
    plan.arrived(0)
    plan.wrote(0)
    #expect(plan.isDone)
    let steps = (plan.widen(), plan.isDone, plan.begin(), plan.widen(), plan.widen())
    #expect(steps == (true, false, 1, true, false))
  }

  @Test func whatIsNotNextIsNotWritten() {
    var plan = FetchPlan(chunks: 3, wanted: 3, written: 1, workers: 4)
    plan.wrote(2)
    #expect(plan.next == 1)
    plan.arrived(0)
    #expect(plan.states[0] == .written)
    plan.arrived(99)
    #expect(plan.written == 1)
  }
}
