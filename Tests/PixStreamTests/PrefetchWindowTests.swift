import Testing

@testable import PixDecode
@testable import PixStream

@Suite struct PrefetchWindowTests {
  // MARK: In every order

  private func simulation(_ seed: Int) -> Simulation {
    var dice = SeededDice(seed: seed)
    let dataset = SimulatedDataset(&dice)
    let batchSize = dice.pick([1, 1, 2, 3, 7])
    let needed = dataset.largestSlab(batchSize: batchSize) + dataset.largestEntry
    let limit = dice.pick([1000, needed / 2, needed, needed + needed / 4, needed * 4, 64 << 20])
    return Simulation(
      dataset, batchSize: batchSize, dropsLast: dice.chance(30), limit: limit, dice: dice)
  }

  @Test(arguments: 0..<8) func whateverTheOrderEveryImageComesOnceAndInItsPlace(_ eighth: Int) throws {
    for seed in stride(from: eighth, to: 2000, by: 8) {
      var simulation = simulation(seed)
      try simulation.run()
      let expected = simulation.dataset.events(batchSize: simulation.batchSize, dropsLast: simulation.dropsLast)
      try #require(simulation.events == expected, "seed \(seed)")
      try #require(simulation.budget.used == 0, "seed \(seed)")
      let needed =
        simulation.dataset.largestSlab(batchSize: simulation.batchSize) + simulation.dataset.largestEntry
      try #require(simulation.budget.peak <= max(simulation.budget.limit, needed), "seed \(seed)")
    }
  }

  @Test func aStreamThatIsClosedGivesEverythingBack() throws {
    for seed in 0..<500 {
      var simulation = simulation(seed)
      try simulation.run(closingAfter: (seed * 7) % 150)
      let expected = simulation.dataset.events(batchSize: simulation.batchSize, dropsLast: simulation.dropsLast)
      try #require(simulation.events[...] == expected.prefix(simulation.events.count), "seed \(seed)")
      try #require(simulation.budget.used == 0, "seed \(seed)")
    }
  }

  @Test func readingOnFromAnyCursorGivesExactlyTheRest() throws {
    for seed in 0..<500 {
      var whole = simulation(seed)
      try whole.run()
      for (index, cursor) in whole.cursors.enumerated() {
        let rest = whole.dataset.events(batchSize: whole.batchSize, dropsLast: whole.dropsLast, from: cursor)
        try #require(rest[...] == whole.events.suffix(rest.count), "seed \(seed), event \(index)")
        if case .images = whole.events[index] {
          try #require(rest.count == whole.events.count - index - 1, "seed \(seed), event \(index)")
        } else {
          try #require(rest.count >= whole.events.count - index - 1, "seed \(seed), event \(index)")
        }
      }
      guard let cursor = whole.cursors.randomElement(using: &whole.someDice) else { continue }
      var resumed = Simulation(
        whole.dataset, batchSize: whole.batchSize, dropsLast: whole.dropsLast, limit: whole.budget.limit,
        from: cursor, dice: SeededDice(seed: seed + 1))
      try resumed.run()
      let rest = whole.dataset.events(batchSize: whole.batchSize, dropsLast: whole.dropsLast, from: cursor)
      try #require(resumed.events == rest, "seed \(seed)")
    }
  }

  @Test func theseSimulationsMakeRoomOftenEnoughToShowIt() throws {
    var restarts = 0
    var drops = 0
    for seed in 0..<200 {
      var simulation = simulation(seed)
      try simulation.run()
      restarts += simulation.restarts
      drops += simulation.drops
    }
    #expect(restarts > 20)
    #expect(drops > 20)
  }
}
