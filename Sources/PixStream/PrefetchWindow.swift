import PixDecode

/// What is on its way, in dataset order: which chunks flow, what waits to be examined, which images may be
/// decoded, what is ready to leave. Pure: it decides, and says in `actions` what its shell is to do.
///
/// Entries arrive out of order between chunks; images are *granted* memory strictly in dataset order, so the one
/// the reader waits for is never starved by those after it.
struct PrefetchWindow {
  enum Action: Equatable {
    case start(chunk: Int, epoch: Int)
    case resume(chunk: Int)
    /// Fetch again from an entry that was given up to make room.
    case restart(chunk: Int, epoch: Int, from: EntryPlace)
    case stop(chunk: Int)
    case work(jobs: Int)
  }

  enum Admission: Equatable {
    case granted
    /// Hold; a `resume` follows when there is room.
    case wait
    /// These bytes are no longer wanted.
    case stale
  }

  enum Outcome {
    case batch(Batch)
    case error(DatasetError)
    case end
  }

  /// What the window has to know of a chunk.
  struct ChunkFacts: Sendable {
    var id: String
    var declaredImages: Int?
  }

  let chunks: [ChunkFacts]
  let budget: MemoryBudget
  let batchSize: Int
  let dropsLast: Bool
  /// Slabs that may be in the making or waiting, the reader's next included.
  let slabsAhead: Int
  let maxFlows: Int
  var actions: [Action] = []

  /// In dataset order; the first is the one images are granted from.
  private(set) var lanes: [Lane] = []
  private var nextChunk: Int
  /// One number per start or restart: what comes from an earlier one is told by it.
  private var nextEpoch = 0
  private(set) var slabs: [Slab] = []
  private var nextSlabID = 0
  private var decodes = Fifo<DecodeJob>()
  /// Memory that jobs in progress still hold for entries that were given up.
  private var abandoned = 0
  /// Pixels of the largest slab so far.
  private var largest = 0
  private var imagesLeft: Int?
  private var isClosed = false
  private let start: Cursor
  private(set) var cursor: Cursor

  init(
    chunks: [ChunkFacts], budget: MemoryBudget, batchSize: Int, dropsLast: Bool, slabsAhead: Int,
    maxFlows: Int, from cursor: Cursor
  ) {
    self.chunks = chunks
    self.budget = budget
    self.batchSize = batchSize
    self.dropsLast = dropsLast
    self.slabsAhead = slabsAhead
    self.maxFlows = maxFlows
    start = cursor
    self.cursor = cursor
    nextChunk = cursor.chunk
    imagesLeft = Dataset.total(chunks[min(cursor.chunk, chunks.count)...].map(\.declaredImages))
      .map { $0 - cursor.image }
  }

  // MARK: The reader

  mutating func begin() { advance() }

  /// What leaves next; nil when it is not there yet.
  mutating func take() -> Outcome? {
    while let front = slabs.first {
      guard front.isDeliverable else { return nil }
      let isDropped = dropsLast && front.isLast && front.rows.count < batchSize
      if let error = slabs[0].popError() {
        // With its last error goes a slab that holds nothing else, so that the cursor lies behind it.
        if !slabs[0].hasErrors, isDropped || !front.hasImages { leave() }
        return .error(error)
      }
      leave()
      if !isDropped, let batch = front.batch() { return .batch(batch) }
    }
    guard isClosed || isExhausted else { return nil }
    budget.close()
    return .end
  }

  private mutating func leave() {
    let slab = slabs.removeFirst()
    budget.release(slab.reserved)
    cursor = slab.end
    advance()
  }

  /// Whether `take` would give something.
  var isDeliverable: Bool { slabs.first?.isDeliverable ?? (isClosed || isExhausted) }

  private var isExhausted: Bool { lanes.isEmpty && nextChunk >= chunks.count && slabs.isEmpty }

  /// Gives up everything that has not left; jobs in progress give their memory back when they are done.
  mutating func close() {
    guard !isClosed else { return }
    isClosed = true
    while !lanes.isEmpty { dropLastLane() }
    for slab in slabs { budget.release(slab.reserved) }
    slabs.removeAll()
    while let decode = decodes.popFirst() { budget.release(decode.reserved) }
    nextChunk = chunks.count
    budget.close()
  }

  // MARK: Chunks arriving

  /// Asks for memory for bytes about to be received.
  ///
  /// - Parameter place: where their entry begins; nil for a chunk that is taken into memory whole.
  mutating func admit(chunk: Int, epoch: Int, bytes: Int, at place: EntryPlace?) -> Admission {
    guard let index = lane(chunk, epoch) else { return .stale }
    let need = Lane.Need(bytes: bytes, place: place)
    guard mayAdmit(index, need), index == 0 ? claim(bytes) : budget.reserve(bytes) else {
      lanes[index].wanted = need
      return .wait
    }
    lanes[index].admit(need)
    return .granted
  }

  /// Gives back memory that was admitted and turned out not to be needed.
  mutating func forgo(chunk: Int, epoch: Int, bytes: Int) {
    guard let index = lane(chunk, epoch) else { return }
    lanes[index].forgo(bytes)
    budget.release(bytes)
    advance()
  }

  /// An entry is whole, in memory that was admitted for it.
  mutating func arrived(chunk: Int, epoch: Int, packed: PackedEntry, label: Label?, bytes: Int) {
    guard let index = lane(chunk, epoch) else { return }
    lanes[index].append(entry: packed.entry, label: label, state: .packed(packed), bytes: bytes)
    actions.append(.work(jobs: 1))
    advance()
  }

  /// An image entry that cannot be read.
  mutating func refused(chunk: Int, epoch: Int, entry: ZipEntry, error: DatasetError) {
    guard let index = lane(chunk, epoch) else { return }
    lanes[index].append(entry: entry, label: nil, state: .failed(error), bytes: 0)
    advance()
  }

  mutating func ended(chunk: Int, epoch: Int, error: DatasetError?) {
    guard let index = lane(chunk, epoch), !lanes[index].isEnded else { return }
    budget.release(lanes[index].end(error))
    advance()
  }

  private func lane(_ chunk: Int, _ epoch: Int) -> Int? {
    lanes.firstIndex { $0.chunk == chunk && $0.epoch == epoch }
  }

  /// A quarter of the budget for the entries of the chunk being read, a quarter for those after it; the rest is
  /// for pixels, and more than half where images have been seen to need it. What the reader waits for passes in
  /// any case. Nothing passes while memory that was given up is on its way back.
  private func mayAdmit(_ index: Int, _ need: Lane.Need) -> Bool {
    guard abandoned == 0 else { return false }
    if index == 0, lanes[0].items.isEmpty {
      return budget.fits(need.bytes) || !slabs.contains { $0.isDeliverable || $0.running > 0 }
    }
    guard need.place != nil else { return false }
    let held = index == 0 ? lanes[0].held : lanes[1...].reduce(0) { $0 + $1.held }
    return held + need.bytes <= share && budget.fits(need.bytes)
  }

  private var share: Int { min(budget.limit / 4, max(0, budget.limit - largest) / 2) }

  // MARK: Making room

  /// Enters what the reader waits for into the ledger, at the cost of everything after it; whether it fits or not
  /// once nothing is left that could make room. Returns false while that is on its way back.
  private mutating func claim(_ bytes: Int, overRestOfFirst: Bool = false) -> Bool {
    if budget.reserve(bytes) { return true }
    while lanes.dropFirst().contains(where: { $0.held > 0 }) { dropLastLane() }
    if overRestOfFirst { dropRestOfFirstLane() }
    if budget.reserve(bytes) { return true }
    guard abandoned == 0 else { return false }
    budget.force(bytes)
    return true
  }

  /// None of its images has been granted: it begins anew later.
  private mutating func dropLastLane() {
    var lane = lanes.removeLast()
    giveBack(lane.giveUp(after: 0, epoch: lane.epoch))
    budget.release(lane.spooled)
    nextChunk = lane.chunk
    actions.append(.stop(chunk: lane.chunk))
  }

  /// Its first item is the one that needs the room.
  private mutating func dropRestOfFirstLane() {
    let given = lanes[0].giveUp(after: 1, epoch: nextEpoch)
    guard let place = given.place else { return }
    giveBack(given)
    while lanes.count(where: { !$0.isEnded }) > maxFlows { dropLastLane() }
    actions.append(.restart(chunk: lanes[0].chunk, epoch: nextEpoch, from: place))
    nextEpoch += 1
  }

  private mutating func giveBack(_ given: Lane.GivenUp) {
    budget.release(given.bytes)
    abandoned += given.abandoned
  }

  // MARK: Work

  /// The most urgent job: decode what has been granted, else examine what comes first.
  mutating func nextJob() -> StreamJob? {
    if let decode = decodes.popFirst() { return .decode(decode) }
    for index in lanes.indices {
      if let job = lanes[index].nextToExamine() { return .examine(job) }
    }
    return nil
  }

  /// What an entry turned out to be: an image, no image and none promised (nil), or a failure.
  mutating func examined(_ job: ExamineJob, _ result: Result<Examined?, DatasetError>) {
    guard let index = lane(job.chunk, job.epoch) else {
      budget.release(job.reserved)
      abandoned -= job.reserved
      return advance()
    }
    var reserved = 0
    switch result {
    case .success(let image?):
      reserved = min(image.bytes.footprint, job.reserved)
      lanes[index].settle(job.item, .image(image), reserved: reserved)
    case .success(nil): lanes[index].settle(job.item, .passedOver, reserved: 0)
    case .failure(let error): lanes[index].settle(job.item, .failed(error), reserved: 0)
    }
    budget.release(job.reserved - reserved)
    advance()
  }

  mutating func decoded(_ job: DecodeJob, _ error: DatasetError?) {
    budget.release(job.reserved)
    if let index = slabs.firstIndex(where: { $0.id == job.slab }) {
      slabs[index].running -= 1
      slabs[index].rows[job.row] = error == nil ? .ready(job.label) : .failed
      if let error { slabs[index].add(error, at: job.row) }
    }
    advance()
  }

  // MARK: Order

  /// Does whatever has become possible.
  private mutating func advance() {
    guard !isClosed else { return }
    startLanes()
    grant()
    for index in lanes.indices {
      guard let wanted = lanes[index].wanted, mayAdmit(index, wanted) else { continue }
      lanes[index].wanted = nil
      actions.append(.resume(chunk: lanes[index].chunk))
    }
  }

  /// The chunks after the first wait for its first entry: what is read first comes first.
  private mutating func startLanes() {
    while nextChunk < chunks.count, lanes.count <= maxFlows,
      lanes.count(where: { !$0.isEnded }) < maxFlows,
      lanes.first.map({ $0.hasShownEntry || $0.isEnded }) ?? true
    {
      let skip = nextChunk == start.chunk ? start.image : 0
      lanes.append(Lane(chunk: nextChunk, epoch: nextEpoch, imagesToPass: skip))
      actions.append(.start(chunk: nextChunk, epoch: nextEpoch))
      nextEpoch += 1
      nextChunk += 1
    }
  }

  /// Gives images their place and their memory, in dataset order, as far as it goes.
  private mutating func grant() {
    var jobs = 0
    defer { if jobs > 0 { actions.append(.work(jobs: jobs)) } }
    while !lanes.isEmpty {
      guard let item = lanes[0].items.first else {
        guard lanes[0].isEnded, endLane() else { return }
        continue
      }
      switch item.state {
      case .packed, .examining: return
      case .passedOver: lanes[0].removeFirst()
      case .failed(let error):
        if lanes[0].passes() { break }
        guard let slab = openSlab() else { return }
        fail(item, in: slab, with: error)
      case .image(let image):
        if lanes[0].passes() {
          budget.release(item.reserved)
          break
        }
        guard let slab = openSlab(), place(image, of: item, in: slab, &jobs) else { return }
      }
    }
    for index in slabs.indices where nextChunk >= chunks.count && !slabs[index].isFull {
      slabs[index].isLast = true
    }
  }

  /// The slab the next image belongs to; nil while too many are waiting for the reader.
  private mutating func openSlab() -> Int? {
    if let last = slabs.indices.last, !slabs[last].isFull { return last }
    guard slabs.count < slabsAhead else { return nil }
    // The last batch needs room for what is left only, unless it is to be dropped for being short.
    let left = dropsLast ? nil : imagesLeft.flatMap { $0 > 0 ? $0 : nil }
    slabs.append(Slab(id: nextSlabID, capacity: min(batchSize, left ?? batchSize), end: cursor))
    nextSlabID += 1
    return slabs.count - 1
  }

  /// The first lane's first item has its row.
  private mutating func countImage(_ slab: Int) {
    lanes[0].images += 1
    lanes[0].removeFirst()
    slabs[slab].end = Cursor(chunk: lanes[0].chunk, image: lanes[0].images)
    imagesLeft = imagesLeft.map { $0 - 1 }
  }

  /// Gives the first lane's first item its row. Returns false when there is no memory for it yet.
  private mutating func place(_ image: Examined, of item: Lane.Item, in slab: Int, _ jobs: inout Int) -> Bool {
    if slabs[slab].pixels == nil, !slabs[slab].isSpoiled {
      let bytes = PixelBuffer.bytes(for: image.shape, capacity: slabs[slab].capacity)
      if let bytes {
        largest = max(largest, bytes)
        guard slab == 0 ? claim(bytes, overRestOfFirst: true) : budget.reserve(bytes) else { return false }
      }
      guard let bytes,
        let pixels = PixelBuffer(shape: image.shape, capacity: slabs[slab].capacity, budget: budget)
      else {
        budget.release(bytes ?? 0)
        slabs[slab].isSpoiled = true
        fail(item, in: slab, with: .memory(needed: bytes, limit: budget.limit))
        return true
      }
      slabs[slab].pixels = pixels
      slabs[slab].reserved = bytes
      slabs[slab].shapedBy = item.entry.name
    }
    guard !slabs[slab].isSpoiled, let pixels = slabs[slab].pixels, pixels.shape == image.shape else {
      let error = DatasetError.shapes(
        chunk: chunks[lanes[0].chunk].id, first: slabs[slab].shapedBy ?? "",
        firstShape: slabs[slab].pixels?.shape ?? image.shape, other: item.entry.name, otherShape: image.shape)
      let isFirst = !slabs[slab].isSpoiled
      slabs[slab].isSpoiled = true
      fail(item, in: slab, with: isFirst ? error : nil)
      return true
    }
    decodes.append(
      DecodeJob(
        slab: slabs[slab].id, row: slabs[slab].rows.count, image: image, pixels: pixels, label: item.label,
        chunk: chunks[lanes[0].chunk].id, entry: item.entry.name, reserved: item.reserved))
    slabs[slab].rows.append(.decoding)
    slabs[slab].running += 1
    jobs += 1
    countImage(slab)
    return true
  }

  /// The first lane's first item gets a row without an image.
  private mutating func fail(_ item: Lane.Item, in slab: Int, with error: DatasetError?) {
    budget.release(item.reserved)
    if let error { slabs[slab].add(error) }
    slabs[slab].rows.append(.failed)
    countImage(slab)
  }

  /// The first chunk has been read to its end. Returns false when its error has no slab to go to yet.
  private mutating func endLane() -> Bool {
    let facts = chunks[lanes[0].chunk]
    var error = lanes[0].error
    if error == nil, lanes[0].images != facts.declaredImages,
      lanes[0].images == 0 || facts.declaredImages != nil
    {
      error = .count(chunk: facts.id, declared: facts.declaredImages, found: lanes[0].images)
    }
    if let error {
      guard let slab = openSlab() else { return false }
      slabs[slab].add(error)
      if batchSize == 1 { slabs[slab].rows.append(.failed) }
    }
    let next = Cursor(chunk: lanes[0].chunk + 1)
    if let last = slabs.indices.last { slabs[last].end = next } else { cursor = next }
    if let left = imagesLeft, let declared = facts.declaredImages {
      imagesLeft = left + lanes[0].images - declared
    }
    budget.release(lanes[0].spooled)
    actions.append(.stop(chunk: lanes[0].chunk))
    lanes.removeFirst()
    startLanes()
    return true
  }
}
