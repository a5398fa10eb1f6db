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
    var part = ChunkPart(chunk: 0)

    var expectedImages: Int? { part.count(of: declaredImages) }
  }

  let chunks: [ChunkFacts]
  let budget: MemoryBudget
  /// Where the memory of images is counted: in `budget`, or apart where it is the caller's from the first.
  let pixelBudget: MemoryBudget
  let onError: ErrorPolicy
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
  /// What `onError` has kept from the reader; the shell takes it out.
  var leftOut: [DatasetError] = []
  private(set) var decodedImages = 0
  private var isClosed = false
  private let start: Cursor
  private(set) var cursor: Cursor

  init(
    chunks: [ChunkFacts], budget: MemoryBudget, pixelBudget: MemoryBudget? = nil, onError: ErrorPolicy = .raise,
    batchSize: Int, dropsLast: Bool, slabsAhead: Int, maxFlows: Int, from cursor: Cursor
  ) {
    self.chunks = chunks
    self.budget = budget
    self.pixelBudget = pixelBudget ?? budget
    self.onError = onError
    self.batchSize = batchSize
    self.dropsLast = dropsLast
    self.slabsAhead = slabsAhead
    self.maxFlows = maxFlows
    start = cursor
    self.cursor = cursor
    nextChunk = cursor.chunk
    let ahead = chunks[min(cursor.chunk, chunks.count)...]
    let passed = max(0, cursor.image - (ahead.first?.part.images.lowerBound ?? 0))
    imagesLeft = Dataset.total(ahead.map(\.expectedImages)).map { $0 - passed }
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
    pixelBudget.release(slab.reserved)
    cursor = slab.end
    advance()
  }

  /// An error of the batch in the making.
  mutating func takeError() -> DatasetError? { slabs.isEmpty ? nil : slabs[0].popError() }

  /// Whether `take` would give something.
  var isDeliverable: Bool { slabs.first?.isDeliverable ?? (isClosed || isExhausted) }

  private var isExhausted: Bool { lanes.isEmpty && nextChunk >= chunks.count && slabs.isEmpty }

  /// Gives up everything that has not left; jobs in progress give their memory back when they are done.
  mutating func close() {
    guard !isClosed else { return }
    isClosed = true
    while !lanes.isEmpty { dropLastLane() }
    for slab in slabs { pixelBudget.release(slab.reserved) }
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
  mutating func arrived(
    chunk: Int, epoch: Int, packed: PackedEntry, label: Label?, metadata: ChunkMetadata? = nil, bytes: Int
  ) {
    guard let index = lane(chunk, epoch) else { return }
    lanes[index].append(
      entry: packed.entry, label: label, metadata: metadata, state: .packed(packed), bytes: bytes)
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
      return budget.fits(need.bytes) || lanes[0].replacements.needsAnother
        || !slabs.contains { $0.isDeliverable || $0.running > 0 }
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
    budget.release(lane.spooled + lane.replacements.held)
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
      let place = Replacements.Place(slab: job.slab, row: job.row)
      let mayBeReplaced = !lanes.isEmpty && lanes[0].replacements.settle(place, isGood: error == nil)
      if error == nil {
        finish(row: job.row, of: index, as: .ready(job.sample))
        decodedImages += 1
      } else if !mayBeReplaced {
        finish(row: job.row, of: index, as: .failed)
      }
      if let error {
        if onError == .raise { slabs[index].add(error, at: job.row) } else { leftOut.append(error) }
      }
    }
    advance()
  }

  private mutating func finish(row: Int, of slab: Int, as state: Slab.Row) {
    slabs[slab].running -= 1
    slabs[slab].rows[row] = state
  }

  // MARK: Order

  /// Does whatever has become possible.
  private mutating func advance() {
    guard !isClosed else { return }
    startLanes()
    repeat { grant() } while replace()
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
      lanes.append(Lane(chunk: nextChunk, epoch: nextEpoch, wanting: wantedImages(of: nextChunk)))
      actions.append(.start(chunk: nextChunk, epoch: nextEpoch))
      nextEpoch += 1
      nextChunk += 1
    }
  }

  private func wantedImages(of chunk: Int) -> Range<Int> {
    let images = chunks[chunk].part.images
    return chunk == start.chunk
      ? min(max(images.lowerBound, start.image), images.upperBound)..<images.upperBound : images
  }

  /// Gives images their place and their memory, in dataset order, as far as it goes.
  private mutating func grant() {
    var jobs = 0
    defer { if jobs > 0 { actions.append(.work(jobs: jobs)) } }
    while !lanes.isEmpty {
      guard !lanes[0].hasEnough, let item = lanes[0].items.first else {
        guard lanes[0].isExhausted, lanes[0].replacements.isEmpty, endLane() else { return }
        continue
      }
      switch item.state {
      case .packed, .examining: return
      case .passedOver: lanes[0].removeFirst()
      case .failed(let error):
        if lanes[0].passes() { break }
        guard pass(item, over: error) else { return }
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
    guard slabs.count < slabsAhead || lanes.first?.replacements.needsAnother == true else { return nil }
    // The last batch needs room for what is left only, unless it is to be dropped for being short.
    let left = dropsLast ? nil : imagesLeft.flatMap { $0 > 0 ? $0 : nil }
    slabs.append(Slab(id: nextSlabID, capacity: min(batchSize, left ?? batchSize), end: cursor))
    nextSlabID += 1
    return slabs.count - 1
  }

  /// The first lane's first item has its row.
  private mutating func countImage(_ slab: Int?) {
    lanes[0].images += 1
    lanes[0].removeFirst()
    let end = Cursor(chunk: lanes[0].chunk, image: lanes[0].images)
    if let slab { slabs[slab].end = end } else if slabs.isEmpty { cursor = end }
    imagesLeft = imagesLeft.map { $0 - 1 }
  }

  /// The first lane's first item is no image. Returns false when there is no slab for it yet.
  private mutating func pass(_ item: Lane.Item, over error: DatasetError) -> Bool {
    guard onError != .skip else {
      leftOut.append(error)
      budget.release(item.reserved)
      countImage(slabs.indices.last)
      return true
    }
    guard let slab = openSlab() else { return false }
    guard onError == .replace else {
      fail(item, in: slab, with: error)
      return true
    }
    leftOut.append(error)
    budget.release(item.reserved)
    lanes[0].replacements.appendBad(at: .init(slab: slabs[slab].id, row: slabs[slab].rows.count))
    slabs[slab].rows.append(.decoding)
    slabs[slab].running += 1
    countImage(slab)
    return true
  }

  /// Gives the first lane's first item its row. Returns false when there is no memory for it yet.
  private mutating func place(_ image: Examined, of item: Lane.Item, in slab: Int, _ jobs: inout Int) -> Bool {
    switch makeRoom(for: image.shape, in: slab) {
    case .wait: return false
    case .none(let needed):
      slabs[slab].isSpoiled = true
      fail(item, in: slab, with: noMemory(for: needed))
      return true
    case .ready: slabs[slab].shapedBy = slabs[slab].shapedBy ?? item.entry.name
    }
    let chunk = chunks[lanes[0].chunk].id
    guard !slabs[slab].isSpoiled, let pixels = slabs[slab].pixels, pixels.shape == image.shape else {
      let error = DatasetError.shapes(
        chunk: chunk, first: slabs[slab].shapedBy ?? "", firstShape: slabs[slab].pixels?.shape ?? image.shape,
        other: item.entry.name, otherShape: image.shape)
      let isFirst = !slabs[slab].isSpoiled
      slabs[slab].isSpoiled = true
      fail(item, in: slab, with: isFirst ? error : nil)
      return true
    }
    let sample = Sample(
      label: item.label, chunk: chunk, entry: item.entry.name, header: image.header, metadata: item.metadata)
    let place = Replacements.Place(slab: slabs[slab].id, row: slabs[slab].rows.count)
    var reserved = item.reserved
    if onError == .replace {
      lanes[0].replacements.append(image, sample, at: place, reserved: reserved)
      reserved = 0
    }
    decodes.append(
      DecodeJob(
        slab: place.slab, row: place.row, image: image, pixels: pixels, sample: sample, reserved: reserved))
    slabs[slab].rows.append(.decoding)
    slabs[slab].running += 1
    jobs += 1
    countImage(slab)
    return true
  }

  private func noMemory(for needed: Int?) -> DatasetError {
    pixelBudget === budget
      ? .memory(needed: needed, limit: budget.limit) : .arrays(needed: needed, available: pixelBudget.limit)
  }

  private enum Room {
    case ready
    case wait
    /// The system has no memory for so many bytes.
    case none(needed: Int?)
  }

  /// Memory for a slab's images, once the shape of one is known.
  private mutating func makeRoom(for shape: ImageShape, in slab: Int) -> Room {
    guard slabs[slab].pixels == nil, !slabs[slab].isSpoiled else { return .ready }
    guard let bytes = PixelBuffer.bytes(for: shape, capacity: slabs[slab].capacity) else {
      return .none(needed: nil)
    }
    if pixelBudget === budget {
      largest = max(largest, bytes)
      let isWaitedFor = slab == 0 || lanes.first?.replacements.needsAnother == true
      guard isWaitedFor ? claim(bytes, overRestOfFirst: true) : budget.reserve(bytes) else { return .wait }
    } else if !pixelBudget.reserve(bytes) {
      return .none(needed: bytes)
    }
    guard let pixels = PixelBuffer(shape: shape, capacity: slabs[slab].capacity, budget: pixelBudget) else {
      pixelBudget.release(bytes)
      return .none(needed: bytes)
    }
    slabs[slab].pixels = pixels
    slabs[slab].reserved = bytes
    return .ready
  }

  /// Gives bad images of the first chunk what takes their place, as far as that is known. Returns whether that
  /// lets more images be given their place.
  private mutating func replace() -> Bool {
    guard !lanes.isEmpty else { return false }
    var jobs = 0
    var hasMoved = false
    while let step = lanes[0].replacements.next(isComplete: lanes[0].isExhausted) {
      hasMoved = true
      switch step {
      case .free(let bytes): budget.release(bytes)
      case .giveUp(let place, let bytes):
        budget.release(bytes)
        abandon(place)
      case .decode(let image, let sample, let place, let bytes):
        budget.release(bytes)
        guard let pixels = pixels(at: place, for: image.shape) else {
          abandon(place)
          break
        }
        decodes.append(
          DecodeJob(slab: place.slab, row: place.row, image: image, pixels: pixels, sample: sample, reserved: 0))
        jobs += 1
      }
    }
    if jobs > 0 { actions.append(.work(jobs: jobs)) }
    let isOver = lanes[0].isExhausted && lanes[0].replacements.isEmpty
    return hasMoved && (isOver || lanes[0].replacements.needsAnother)
  }

  /// Where a replacement is decoded to; nil where it does not fit in: another shape, no memory.
  private mutating func pixels(at place: Replacements.Place, for shape: ImageShape) -> PixelBuffer? {
    guard let slab = slabs.firstIndex(where: { $0.id == place.slab }), !slabs[slab].isSpoiled else { return nil }
    if slabs[slab].capacity == 1, let old = slabs[slab].pixels, old.shape != shape {
      pixelBudget.release(slabs[slab].reserved)
      slabs[slab].pixels = nil
    }
    if slabs[slab].pixels == nil {
      guard let bytes = PixelBuffer.bytes(for: shape, capacity: slabs[slab].capacity) else { return nil }
      pixelBudget.force(bytes)
      slabs[slab].pixels = PixelBuffer(shape: shape, capacity: slabs[slab].capacity, budget: pixelBudget)
      slabs[slab].reserved = bytes
    }
    return slabs[slab].pixels?.shape == shape ? slabs[slab].pixels : nil
  }

  /// The row stays empty.
  private mutating func abandon(_ place: Replacements.Place) {
    guard let slab = slabs.firstIndex(where: { $0.id == place.slab }) else { return }
    finish(row: place.row, of: slab, as: .failed)
  }

  /// The first lane's first item gets a row without an image.
  private mutating func fail(_ item: Lane.Item, in slab: Int, with error: DatasetError?) {
    budget.release(item.reserved)
    if let error { slabs[slab].add(error) }
    slabs[slab].rows.append(.failed)
    countImage(slab)
  }

  /// The first chunk has given all its images. Returns false when its error has no slab to go to yet.
  private mutating func endLane() -> Bool {
    let facts = chunks[lanes[0].chunk]
    let isWhole = !lanes[0].hasEnough
    var error = isWhole ? lanes[0].error : nil
    if isWhole, error == nil, lanes[0].images != facts.declaredImages,
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
      let wanted = facts.part.images
      imagesLeft =
        left + max(wanted.lowerBound, lanes[0].images)
        - max(wanted.lowerBound, min(declared, wanted.upperBound))
    }
    giveBack(lanes[0].giveUp(after: 0, epoch: lanes[0].epoch))
    budget.release(lanes[0].spooled)
    actions.append(.stop(chunk: lanes[0].chunk))
    lanes.removeFirst()
    startLanes()
    return true
  }
}
