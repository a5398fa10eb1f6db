import Testing

@testable import PixDecode
@testable import PixStream

/// Drives a window as its shell would, one step of one of the parties at a time, in an order the dice decide: the
/// transfer thread obeying actions late, flows bringing entries, workers taking and finishing jobs, the reader.
struct Simulation {
  /// One chunk's flow: the stand-in for `ChunkFlow`.
  private struct Flow {
    var epoch: Int
    var entry = 0
    var part = 0
    var isWaiting = false
    var isActive = true
  }

  let dataset: SimulatedDataset
  let batchSize: Int
  let dropsLast: Bool
  let onError: ErrorPolicy
  let maxFlows: Int
  let budget: MemoryBudget
  private let mostWorkers: Int
  private let readerWeight: Int
  private let mayExceed: Int

  var someDice: SeededDice {
    get { dice }
    set { dice = newValue }
  }
  private var dice: SeededDice
  private var window: PrefetchWindow
  private var actions: [PrefetchWindow.Action] = []
  private var flows: [Int: Flow] = [:]
  private var workQueued = 0
  private var jobs: [StreamJob] = []
  private(set) var events: [SimulatedDataset.Event] = []
  private(set) var leftOut: [DatasetError] = []
  /// Where the stream stood after each event.
  private(set) var cursors: [Cursor] = []
  private(set) var hasEnded = false
  private(set) var restarts = 0
  private(set) var drops = 0

  init(
    _ dataset: SimulatedDataset, batchSize: Int, dropsLast: Bool, limit: Int, onError: ErrorPolicy = .raise,
    from cursor: Cursor = Cursor(), dice: SeededDice
  ) {
    self.dataset = dataset
    self.batchSize = batchSize
    self.dropsLast = dropsLast
    self.onError = onError
    self.dice = dice
    maxFlows = self.dice.roll(1...4)
    mostWorkers = self.dice.roll(1...3)
    readerWeight = self.dice.pick([1, 10, 100])
    budget = MemoryBudget(limit: limit)
    mayExceed = dataset.largestEntry
    window = PrefetchWindow(
      chunks: dataset.chunks.map(\.facts), budget: budget, onError: onError,
      batchSize: batchSize, dropsLast: dropsLast, slabsAhead: self.dice.roll(1...6), maxFlows: maxFlows, from: cursor)
    window.begin()
    collectActions()
  }

  /// Runs to the end, or gives up everything after `steps`. Returns whether it ended.
  mutating func run(closingAfter steps: Int = .max) throws {
    var taken = 0
    while !hasEnded {
      if taken == steps {
        window.close()
        collectActions()
      }
      taken += 1
      try #require(taken < 100_000, "the stream goes in circles")
      try #require(step(), "nothing can happen any more")
      try check()
    }
    while !actions.isEmpty || !jobs.isEmpty || workQueued > 0 { _ = step() }
  }

  private func check() throws {
    let front = window.slabs.first?.reserved ?? 0
    // Replacements may need memory when there is none left.
    if onError != .replace { try #require(budget.used <= max(budget.limit, front + mayExceed)) }
    try #require(flows.values.count(where: \.isActive) <= maxFlows)
  }

  /// Whether the stream stood exactly behind an event: one of several errors of a batch leaves the batch ahead.
  func isExact(at index: Int) -> Bool {
    if case .images = events[index] { true } else { batchSize == 1 }
  }

  private mutating func collectActions() {
    for action in window.actions {
      if case .work(let count) = action { workQueued += count } else { actions.append(action) }
    }
    window.actions.removeAll()
    leftOut += window.leftOut
    window.leftOut.removeAll()
  }

  // MARK: One step

  /// Lets one party that has something to do do it. Returns false when nobody has.
  private mutating func step() -> Bool {
    defer { collectActions() }
    let ready = flows.filter { $0.value.isActive && !$0.value.isWaiting }.keys.sorted()
    var parties: [(weight: Int, move: (inout Simulation) -> Void)] = []
    if !actions.isEmpty { parties.append((20, { $0.obey() })) }
    if !ready.isEmpty { parties.append((20, { $0.flow(of: $0.dice.pick(ready)) })) }
    if workQueued > 0, jobs.count < mostWorkers { parties.append((10, { $0.takeJob() })) }
    if !jobs.isEmpty { parties.append((10, { $0.finishJob() })) }
    if window.isDeliverable, !hasEnded { parties.append((readerWeight, { $0.read() })) }
    var number = dice.roll(0...max(0, parties.reduce(-1) { $0 + $1.weight }))
    for party in parties {
      if number < party.weight {
        party.move(&self)
        return true
      }
      number -= party.weight
    }
    return false
  }

  private mutating func obey() {
    switch actions.removeFirst() {
    case .start(let chunk, let epoch): flows[chunk] = Flow(epoch: epoch)
    case .resume(let chunk): flows[chunk]?.isWaiting = false
    case .restart(let chunk, let epoch, let place):
      flows[chunk] = Flow(epoch: epoch, entry: place.ordinal)
      restarts += 1
    case .stop(let chunk):
      if flows[chunk]?.isActive == true { drops += 1 }
      flows[chunk] = nil
    case .work: break
    }
  }

  private mutating func flow(of chunk: Int) {
    guard var flow = flows[chunk] else { return }
    defer { flows[chunk] = flow }
    let entries = dataset.chunks[chunk].entries
    guard flow.entry < entries.count else {
      flow.isActive = false
      return window.ended(chunk: chunk, epoch: flow.epoch, error: dataset.chunks[chunk].error)
    }
    let entry = entries[flow.entry]
    let header = header(of: entry, at: flow.entry)
    if entry.kind == .refused {
      flow.entry += 1
      return window.refused(chunk: chunk, epoch: flow.epoch, entry: header, error: entry.error)
    }
    if flow.part < entry.parts.count {
      let place = EntryPlace(ordinal: flow.entry, offset: flow.entry * 1000)
      switch window.admit(chunk: chunk, epoch: flow.epoch, bytes: entry.parts[flow.part], at: place) {
      case .granted: flow.part += 1
      case .wait: flow.isWaiting = true
      case .stale: flow.isActive = false
      }
      return
    }
    flow.entry += 1
    flow.part = 0
    if entry.kind == .metadata {
      return window.forgo(chunk: chunk, epoch: flow.epoch, bytes: entry.bytes)
    }
    window.arrived(
      chunk: chunk, epoch: flow.epoch,
      packed: PackedEntry(entry: header, bytes: ByteBuffer(capacity: 8), form: .deflated), label: entry.label,
      bytes: entry.bytes)
  }

  private func header(of entry: SimulatedDataset.Entry, at ordinal: Int) -> ZipEntry {
    ZipEntry(
      ordinal: ordinal, name: entry.name, method: ZipEntry.stored, flags: 0, crc32: 0, compressedSize: 0,
      size: 0, offset: ordinal * 1000)
  }

  // MARK: Workers

  private mutating func takeJob() {
    workQueued -= 1
    if let job = window.nextJob() { jobs.append(job) }
  }

  private mutating func finishJob() {
    switch jobs.remove(at: dice.roll(0...jobs.count - 1)) {
    case .examine(let job): window.examined(job, examine(job))
    case .decode(let job):
      guard let entry = entry(job.sample.entry) else { return }
      if case .undecodable = entry.kind { return window.decoded(job, entry.error) }
      job.pixels.image(job.row).storeBytes(of: Int32(entry.number), as: Int32.self)
      window.decoded(job, nil)
    }
  }

  private func examine(_ job: ExamineJob) -> Result<Examined?, DatasetError> {
    guard let entry = entry(job.packed.entry.name) else { return .success(nil) }
    switch entry.kind {
    case .image(let shape), .undecodable(let shape):
      return .success(
        Examined(
          bytes: ByteBuffer(capacity: entry.unpacked),
          header: ImageHeader(format: .png, height: shape.height, width: shape.width), shape: shape))
    case .notAnImage: return .success(nil)
    default: return .failure(entry.error)
    }
  }

  private func entry(_ name: String) -> SimulatedDataset.Entry? {
    dataset.chunks.lazy.flatMap(\.entries).first { $0.name == name }
  }

  // MARK: The reader

  private mutating func read() {
    switch window.take() {
    case .batch(let batch)?:
      let numbers = (0..<batch.count).map { Int(batch.pixels.image($0).loadUnaligned(as: Int32.self)) }
      #expect(batch.labels == numbers.map { .integer($0) })
      #expect(batch.end == window.cursor)
      add(.images(numbers))
    case .error(let error)?: add(.error(error))
    case .end?: hasEnded = true
    case nil: break
    }
  }

  private mutating func add(_ event: SimulatedDataset.Event) {
    events.append(event)
    cursors.append(window.cursor)
  }
}
