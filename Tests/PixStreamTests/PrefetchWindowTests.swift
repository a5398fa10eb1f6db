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

  private func simulation(_ seed: Int, onError: ErrorPolicy) -> Simulation {
    var dice = SeededDice(seed: seed)
    let batchSize = dice.pick([1, 1, 2, 3, 7])
    let dataset = SimulatedDataset(&dice, hasOneShape: batchSize > 1)
    let needed = dataset.largestSlab(batchSize: batchSize) + dataset.largestEntry
    let limit = dice.pick([1000, needed, needed * 4, 64 << 20])
    return Simulation(
      dataset, batchSize: batchSize, dropsLast: dice.chance(30), limit: limit, onError: onError, dice: dice)
  }

  @Test(arguments: [ErrorPolicy.skip, .replace]) func badImagesAreLeftOutOrReplaced(_ onError: ErrorPolicy) throws {
    var replaced = 0
    for seed in 0..<2000 {
      var simulation = simulation(seed, onError: onError)
      try simulation.run()
      let expected = simulation.dataset.events(
        batchSize: simulation.batchSize, dropsLast: simulation.dropsLast, onError: onError)
      try #require(simulation.events == expected, "seed \(seed)")
      try #require(simulation.budget.used == 0, "seed \(seed)")
      let bad = simulation.dataset.chunks.flatMap { chunk in
        chunk.images[chunk.part.images.clamped(to: 0..<chunk.imageCount)].filter { !$0.isGood }
      }
      let found = simulation.leftOut.map { "\($0)" }.sorted()
      try #require(found == bad.map { "\($0.error)" }.sorted(), "seed \(seed)")
      replaced += bad.count
    }
    #expect(replaced > 1000)
  }

  @Test(arguments: [ErrorPolicy.skip, .replace]) func whereBadImagesAreLeftOutClosingGivesEverythingBack(
    _ onError: ErrorPolicy
  ) throws {
    for seed in 0..<500 {
      var simulation = simulation(seed, onError: onError)
      try simulation.run(closingAfter: (seed * 7) % 150)
      try #require(simulation.budget.used == 0, "seed \(seed)")
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
        if whole.isExact(at: index) {
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

  // MARK: Making room

  @Test func roomIsMadeOnceAndNotForEveryImage() throws {
    let shape = ImageShape(height: 100, width: 100)
    let entries = (0..<60).map { number in
      SimulatedDataset.Entry(
        number: number, kind: .image(shape), parts: [500], unpacked: 400, error: .cancelled)
    }
    let chunks = (0..<3).map { position in
      SimulatedDataset.Chunk(
        id: "\(position)", declared: 20, entries: Array(entries[position * 20..<position * 20 + 20]), error: nil)
    }
    let dataset = SimulatedDataset(chunks: chunks)
    for seed in 0..<20 {
      var simulation = Simulation(
        dataset, batchSize: 1, dropsLast: false, limit: 36_000, dice: SeededDice(seed: seed))
      try simulation.run()
      #expect(simulation.events == dataset.events(batchSize: 1, dropsLast: false))
      #expect(simulation.budget.peak <= 36_000)
      #expect(simulation.restarts + simulation.drops <= 6)
    }
  }

  // MARK: One thing at a time

  private func window(
    _ declared: [Int?], limit: Int = 1 << 20, batchSize: Int = 1, maxFlows: Int = 2
  ) -> PrefetchWindow {
    var window = PrefetchWindow(
      chunks: declared.enumerated().map { .init(id: "c\($0.offset)", declaredImages: $0.element) },
      budget: MemoryBudget(limit: limit), batchSize: batchSize, dropsLast: false, slabsAhead: 3,
      maxFlows: maxFlows, from: Cursor())
    window.begin()
    return window
  }

  private func entry(_ ordinal: Int) -> ZipEntry {
    ZipEntry(
      ordinal: ordinal, name: "\(ordinal).png", method: ZipEntry.stored, flags: 0, crc32: 0,
      compressedSize: 10, size: 10, offset: ordinal * 100)
  }

  private func bring(
    _ shape: ImageShape, _ ordinal: Int, of chunk: Int = 0, epoch: Int = 0, to window: inout PrefetchWindow
  ) throws {
    let admission = window.admit(
      chunk: chunk, epoch: epoch, bytes: 10, at: EntryPlace(ordinal: ordinal, offset: ordinal * 100))
    try #require(admission == .granted)
    let packed = PackedEntry(entry: entry(ordinal), bytes: ByteBuffer(capacity: 10), form: .deflated)
    window.arrived(chunk: chunk, epoch: epoch, packed: packed, label: nil, bytes: 10)
    guard case .examine(let job)? = window.nextJob() else { throw DatasetError.closed }
    let image = Examined(
      bytes: ByteBuffer(capacity: 10),
      header: ImageHeader(format: .png, height: shape.height, width: shape.width), shape: shape)
    window.examined(job, .success(image))
  }

  @Test func laterChunksWaitForTheFirstOnesFirstEntry() throws {
    var window = window([nil, nil, nil])
    #expect(window.actions == [.start(chunk: 0, epoch: 0)])
    try bring(ImageShape(height: 1, width: 2), 0, to: &window)
    #expect(window.actions.contains(.start(chunk: 1, epoch: 1)))
    #expect(!window.actions.contains(.start(chunk: 2, epoch: 2)))
    window.ended(chunk: 1, epoch: 1, error: nil)
    #expect(window.actions.contains(.start(chunk: 2, epoch: 2)))
  }

  @Test func aChunkIsTakenWholeOnlyWhenItIsItsTurnAndOnlyUntilItsEnd() throws {
    var window = window([nil, nil])
    try bring(ImageShape(height: 1, width: 2), 0, to: &window)
    #expect(window.admit(chunk: 1, epoch: 1, bytes: 1000, at: nil) == .wait)
    window.ended(chunk: 0, epoch: 0, error: nil)
    #expect(window.actions.contains(.resume(chunk: 1)))
    #expect(window.admit(chunk: 1, epoch: 1, bytes: 1000, at: nil) == .granted)
    let before = window.budget.used
    #expect(before >= 1000)
    window.ended(chunk: 1, epoch: 1, error: nil)
    #expect(window.budget.used == before - 1000)
  }

  @Test func whatIsTakenWholeStaysWhenRoomIsMade() throws {
    var window = window([nil], limit: 40_000)
    #expect(window.admit(chunk: 0, epoch: 0, bytes: 9000, at: nil) == .granted)
    try bring(ImageShape(height: 100, width: 110), 0, to: &window)
    #expect(window.budget.used > 40_000)
    #expect(window.lanes[0].spooled == 9000)
    #expect(!window.actions.contains { if case .restart = $0 { true } else { false } })
  }

  @Test func aBatchThereCannotBeIsOneError() throws {
    var window = window([nil], batchSize: 1 << 40)
    for ordinal in 0..<3 { try bring(ImageShape(height: 100, width: 100), ordinal, to: &window) }
    window.ended(chunk: 0, epoch: 0, error: nil)
    guard case .error(.memory(needed: nil, limit: 1 << 20))? = window.take() else {
      throw DatasetError.closed
    }
    guard case .end? = window.take() else { throw DatasetError.closed }
    #expect(window.budget.used == 0)
  }

  @Test func impossibleCountsAreAsGoodAsNone() throws {
    var window = window([.max, .max])
    try bring(ImageShape(height: 1, width: 2), 0, to: &window)
    window.ended(chunk: 0, epoch: 0, error: nil)
    guard case .decode(let job)? = window.nextJob() else { throw DatasetError.closed }
    window.decoded(job, nil)
    guard case .batch? = window.take() else { throw DatasetError.closed }
    guard case .error(.count(chunk: "c0", declared: .max, found: 1))? = window.take() else {
      throw DatasetError.closed
    }
  }

  @Test func whatIsNoLongerWantedIsStale() {
    var window = window([nil])
    #expect(window.admit(chunk: 0, epoch: 7, bytes: 1, at: .start) == .stale)
    #expect(window.admit(chunk: 5, epoch: 0, bytes: 1, at: .start) == .stale)
    window.close()
    #expect(window.admit(chunk: 0, epoch: 0, bytes: 1, at: .start) == .stale)
    #expect(window.actions.last == .stop(chunk: 0))
    guard case .end? = window.take() else { return #expect(Bool(false), "it has not ended") }
  }
}
