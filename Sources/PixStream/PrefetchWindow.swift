import PixDecode

/// What is on its way, in dataset order: which chunks flow, what waits to be examined, which images may be
/// decoded, what is ready to leave. Pure: it decides, and says in `actions` what its shell is to do.
///
/// Entries arrive out of order between chunks; images are *granted* memory strictly in dataset order, so the one
/// the reader waits for is never starved by those after it.
struct PrefetchWindow {
  enum Action: Equatable {
    case start(chunk: Int)
    case resume(chunk: Int)
    /// Fetch again from an entry that was given up to make room; nil: the one that was arriving.
    case restart(chunk: Int, epoch: Int, from: EntryPlace?)
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
  private var lanes: [Lane] = []
  private var nextChunk: Int
  private var slabs: [Slab] = []
  private var nextSlabID = 0
  private var decodes: [DecodeJob] = []
  private var imagesLeft: Int?
  private var isClosed = false
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
    self.cursor = cursor
    nextChunk = cursor.chunk
    let ahead = chunks[min(cursor.chunk, chunks.count)...].map(\.declaredImages)
    imagesLeft = ahead.contains(nil) ? nil : max(0, ahead.reduce(0) { $0 + $1! } - cursor.image)
  }

  // MARK: The reader

  mutating func begin() { advance() }

  /// What leaves next; nil when it is not there yet.
  mutating func take() -> Outcome? {
    while let front = slabs.first {
      guard front.isDeliverable else { return nil }
      if let error = slabs[0].popError() { return .error(error) }
      slabs.removeFirst()
      budget.release(front.reserved)
      cursor = front.end
      let batch = dropsLast && front.rows.count < batchSize ? nil : front.batch()
      advance()
      if let batch { return .batch(batch) }
    }
    return isClosed || isExhausted ? .end : nil
  }

  /// Whether `take` would give something.
  var isDeliverable: Bool { slabs.first?.isDeliverable ?? (isClosed || isExhausted) }

  private var isExhausted: Bool { lanes.isEmpty && nextChunk >= chunks.count && slabs.isEmpty }

  /// Gives up everything that has not left.
  mutating func close() {
    guard !isClosed else { return }
    isClosed = true
    for lane in lanes { actions.append(.stop(chunk: lane.chunk)) }
    lanes.removeAll()
    slabs.removeAll()
    decodes.removeAll()
    nextChunk = chunks.count
    budget.close()
  }

  // MARK: Chunks arriving

  /// Asks for memory for bytes about to be received.
  mutating func admit(chunk: Int, epoch: Int, bytes: Int) -> Admission {
    guard let index = lane(chunk, epoch) else { return .stale }
    guard mayAdmit(index, bytes) else {
      lanes[index].wanted = bytes
      return .wait
    }
    if !budget.reserve(bytes) {
      shed(after: nil, in: 0)
      if !budget.reserve(bytes) { budget.force(bytes) }
    }
    lanes[index].wanted = nil
    lanes[index].incoming += bytes
    return .granted
  }

  /// Gives back memory that was admitted and turned out not to be needed.
  mutating func forgo(chunk: Int, epoch: Int, bytes: Int) {
    guard let index = lane(chunk, epoch) else { return }
    lanes[index].incoming -= bytes
    budget.release(bytes)
    advance()
  }

  /// An entry is whole, in memory that was admitted for it.
  mutating func arrived(chunk: Int, epoch: Int, packed: PackedEntry, label: Label?, bytes: Int) {
    guard let index = lane(chunk, epoch) else { return }
    lanes[index].incoming -= bytes
    lanes[index].append(entry: packed.entry, label: label, state: .packed(packed), reserved: bytes)
    actions.append(.work(jobs: 1))
    advance()
  }

  /// An image entry that cannot be read.
  mutating func refused(chunk: Int, epoch: Int, entry: ZipEntry, error: DatasetError) {
    guard let index = lane(chunk, epoch) else { return }
    lanes[index].append(entry: entry, label: nil, state: .failed(error), reserved: 0)
    advance()
  }

  mutating func ended(chunk: Int, epoch: Int, error: DatasetError?) {
    guard let index = lane(chunk, epoch), !lanes[index].isEnded else { return }
    lanes[index].isEnded = true
    lanes[index].error = error
    budget.release(lanes[index].incoming)
    lanes[index].incoming = 0
    advance()
  }

  private func lane(_ chunk: Int, _ epoch: Int) -> Int? {
    lanes.firstIndex { $0.chunk == chunk && $0.epoch == epoch }
  }

  /// A quarter of the budget for the entries of the chunk being read, a quarter for those after it; the rest is
  /// for pixels. What the reader waits for passes in any case.
  private func mayAdmit(_ index: Int, _ bytes: Int) -> Bool {
    let share = budget.limit / 4
    if index == 0 {
      if lanes[0].items.isEmpty {
        return budget.fits(bytes) || !slabs.contains { $0.isDeliverable || $0.running > 0 }
      }
      return lanes[0].held + bytes <= share && budget.fits(bytes)
    }
    return lanes[1...].reduce(bytes) { $0 + $1.held } <= share && budget.fits(bytes)
  }

  // MARK: Work

  /// The most urgent job: decode what has been granted, else examine what comes first.
  mutating func nextJob() -> StreamJob? {
    if !decodes.isEmpty { return .decode(decodes.removeFirst()) }
    for index in lanes.indices {
      if let job = lanes[index].nextToExamine() { return .examine(job) }
    }
    return nil
  }

  /// What an entry turned out to be: an image, no image and none promised (nil), or a failure.
  mutating func examined(_ job: ExamineJob, _ result: Result<Examined?, DatasetError>) {
    guard let index = lane(job.chunk, job.epoch),
      let item = lanes[index].items.firstIndex(where: { $0.id == job.item })
    else {
      budget.release(job.reserved)
      return
    }
    var reserved = 0
    switch result {
    case .success(let image?):
      reserved = min(image.bytes.capacity, job.reserved)
      lanes[index].items[item].state = .image(image)
    case .success(nil): lanes[index].items[item].state = .passedOver
    case .failure(let error): lanes[index].items[item].state = .failed(error)
    }
    budget.release(job.reserved - reserved)
    lanes[index].items[item].reserved = reserved
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
      let skip = nextChunk == cursor.chunk ? cursor.image : 0
      lanes.append(Lane(chunk: nextChunk, imagesToPass: skip))
      actions.append(.start(chunk: nextChunk))
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
      case .passedOver: _ = lanes[0].items.removeFirst()
      case .failed(let error):
        if lanes[0].passes() { break }
        guard let slab = openSlab() else { return }
        lanes[0].images += 1
        lanes[0].items.removeFirst()
        slabs[slab].add(error)
        slabs[slab].rows.append(.failed)
        countImage(slab)
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
    let left = imagesLeft.flatMap { $0 > 0 ? $0 : nil } ?? batchSize
    slabs.append(Slab(id: nextSlabID, capacity: min(batchSize, left), end: cursor))
    nextSlabID += 1
    return slabs.count - 1
  }

  private mutating func countImage(_ slab: Int) {
    slabs[slab].end = Cursor(chunk: lanes[0].chunk, image: lanes[0].images)
    imagesLeft = imagesLeft.map { $0 - 1 }
  }

  /// Gives the first lane's first item its row. Returns false when there is no memory for it yet.
  private mutating func place(_ image: Examined, of item: Lane.Item, in slab: Int, _ jobs: inout Int) -> Bool
  {
    if slabs[slab].pixels == nil, !slabs[slab].isSpoiled {
      guard let bytes = PixelBuffer.bytes(for: image.shape, capacity: slabs[slab].capacity) else {
        return fail(item, in: slab, with: .memory(needed: nil, limit: budget.limit))
      }
      if !budget.reserve(bytes) {
        guard slab == 0 else { return false }
        shed(after: item.id, in: 0)
        if !budget.reserve(bytes) { budget.force(bytes) }
      }
      guard let pixels = PixelBuffer(shape: image.shape, capacity: slabs[slab].capacity, budget: budget)
      else {
        budget.release(bytes)
        return fail(item, in: slab, with: .memory(needed: bytes, limit: budget.limit))
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
      return fail(item, in: slab, with: isFirst ? error : nil)
    }
    decodes.append(
      DecodeJob(
        slab: slabs[slab].id, row: slabs[slab].rows.count, image: image, pixels: pixels, label: item.label,
        chunk: chunks[lanes[0].chunk].id, entry: item.entry.name, reserved: item.reserved))
    slabs[slab].rows.append(.decoding)
    slabs[slab].running += 1
    jobs += 1
    lanes[0].images += 1
    lanes[0].items.removeFirst()
    countImage(slab)
    return true
  }

  private mutating func fail(_ item: Lane.Item, in slab: Int, with error: DatasetError?) -> Bool {
    budget.release(item.reserved)
    lanes[0].images += 1
    lanes[0].items.removeFirst()
    if let error { slabs[slab].add(error) }
    slabs[slab].rows.append(.failed)
    countImage(slab)
    return true
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
    for index in slabs.indices where index == slabs.count - 1 { slabs[index].end = next }
    actions.append(.stop(chunk: lanes[0].chunk))
    lanes.removeFirst()
    startLanes()
    return true
  }

  /// Makes room for the item the reader waits for: gives up what comes after it, to be fetched again.
  private mutating func shed(after item: Int?, in first: Int) {
    for index in lanes.indices where index > first || item != nil {
      let kept = index == first ? item : nil
      guard let given = lanes[index].giveUp(after: kept) else { continue }
      budget.release(given.bytes)
      actions.append(
        .restart(
          chunk: lanes[index].chunk, epoch: lanes[index].epoch, from: given.place))
    }
  }
}
