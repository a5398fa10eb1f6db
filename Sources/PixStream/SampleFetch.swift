import PixDecode
import PixRemote

/// Moves the bytes of one read by number: first the indexes that are missing, then the samples' records, and whole
/// chunks where a host gives no parts. Lives on the transfer thread.
final class SampleFetch: @unchecked Sendable {
  /// A sample that is wanted, at every position it is asked for; another of its chunk may have to take its place.
  private struct Wish {
    let chunk: Int
    let asked: Int
    var sample: Int
    let positions: [Int]
    /// Why the sample asked for cannot be had.
    var error: DatasetError?
  }

  private let dataset: Dataset
  private let numbers: [Int]
  private let cache: ChunkCache
  private let transfers: TransferLoop
  /// Nil when it has ended.
  private var reader: SampleReader?

  private var indexes: [Int: ChunkIndex]
  private var result = SampleSet()
  private var chunksToIndex: Fifo<Int>
  private var isIndexed = false
  private var peeks: [Int: DirectoryPeek] = [:]

  private var wishes: [Wish] = []
  /// Wishes of each chunk, and of all, that are open.
  private var openWishes: [Int: Int] = [:]
  private var openCount = 0
  /// The next one is the last.
  private var reads: [PlannedRead] = []
  private var running: [Int: RecordSink] = [:]
  /// Transfers that wait for memory.
  private var held: Fifo<Int> = Fifo()
  /// Memory of entries that arrive, and of entries on the worker threads.
  private var arriving = 0
  private var working = 0

  private var chunksToSpool: [(chunk: Int, size: Int?)] = []
  private var spools: [Int: (transfer: Int, sink: ChunkSpool)] = [:]
  private var wholeChunks: [Int: HeldChunk] = [:]
  /// Reads that wait for their chunk to be whole.
  private var parked: [Int: [PlannedRead]] = [:]

  init(
    _ numbers: [Int], of dataset: Dataset, indexes: [Int: ChunkIndex], indexesAll: Bool, cache: ChunkCache,
    transfers: TransferLoop, reader: SampleReader
  ) {
    self.dataset = dataset
    self.numbers = numbers
    self.indexes = indexes
    self.cache = cache
    self.transfers = transfers
    self.reader = reader
    chunksToIndex = Fifo()
    for place in dataset.chunks.indices where indexesAll || dataset.chunks[place].numImages == nil {
      if indexes[place] == nil { chunksToIndex.append(place) }
    }
  }

  private var budget: MemoryBudget { cache.budget }
  private func identifier(_ chunk: Int) -> String { dataset.chunks[chunk].chunkID }

  // MARK: Steering

  func start() { goOn() }

  /// Ends everything; jobs on the worker threads are heard of no more.
  func stop() {
    reader = nil
    for (transfer, sink) in running {
      sink.detach()
      transfers.cancel(transfer)
    }
    for (transfer, sink) in spools.values {
      sink.stop()
      transfers.cancel(transfer)
    }
    for peek in peeks.values { peek.stop() }
    (running, spools, peeks, parked, wholeChunks) = ([:], [:], [:], [:], [:])
    budget.release(arriving)
    arriving = 0
  }

  private func fail(_ error: DatasetError) {
    let reader = reader
    stop()
    reader?.ended(.failure(error))
  }

  private func goOn() {
    while reader != nil, running.count + spools.count + peeks.count < max(1, dataset.configuration.maxWorkers) {
      guard startNext() else { break }
    }
    while let transfer = held.first {
      if let sink = running[transfer] {
        guard let bytes = reserve(sink.bytesNeeded) else { break }
        sink.admitted = bytes
        transfers.resume(transfer)
      }
      _ = held.popFirst()
    }
    if reader != nil, isIndexed, openCount == 0, running.isEmpty { finish() }
  }

  private func finish() {
    let reader = reader
    result.errors.sort { $0.position < $1.position }
    if dataset.configuration.onError == .raise, let first = result.errors.first { return fail(first.error) }
    stop()
    reader?.ended(.success(result))
  }

  /// Begins the most urgent transfer there is. Returns false when there is none, or it must wait.
  private func startNext() -> Bool {
    if let (chunk, size) = chunksToSpool.first, let bytes = reserveWhole(size ?? 0) {
      chunksToSpool.removeFirst()
      startSpool(chunk, reserved: bytes)
      return true
    }
    if let chunk = chunksToIndex.popFirst() {
      startPeek(chunk)
      return true
    }
    guard isIndexed || (peeks.isEmpty && spools.isEmpty && chunksToSpool.isEmpty) else { return false }
    if !isIndexed {
      plan()
      return !chunksToIndex.isEmpty || isIndexed
    }
    guard let read = reads.popLast() else { return false }
    return start(read)
  }

  // MARK: Memory

  /// Returns what was entered into the budget; nil when it must wait. A single entry that is larger than what there is
  /// passes alone.
  private func reserve(_ bytes: Int) -> Int? {
    if !budget.reserve(bytes) {
      guard arriving + working == 0 else { return nil }
      budget.force(bytes)
    }
    arriving += bytes
    return bytes
  }

  private func reserveWhole(_ bytes: Int) -> Int? {
    if cache.reserve(bytes) { return bytes }
    guard arriving + working == 0, spools.isEmpty, wholeChunks.isEmpty else { return nil }
    budget.force(bytes)
    return bytes
  }

  // MARK: Indexes

  private func startPeek(_ chunk: Int) {
    let reference = dataset.chunks[chunk]
    if wholeChunks[chunk] == nil { wholeChunks[chunk] = cache.chunk(at: chunk) }
    let isWhole = wholeChunks[chunk] != nil
    let peek = DirectoryPeek(
      size: wholeChunks[chunk]?.bytes ?? reference.sizeBytes, entries: reference.numImages,
      longest: ChunkMetadata.longest, transfers: transfers,
      request: { [self] range throws(RemoteError) in
        if let whole = wholeChunks[chunk] { return request(to: whole, range) }
        return try request(to: chunk, range)
      },
      done: { [self] found in
        peeks[chunk] = nil
        wholeChunks[chunk] = nil
        indexed(chunk, found, hasRanges: !isWhole)
        goOn()
      })
    peeks[chunk] = peek
    peek.start()
  }

  private func request(to chunk: Int, _ range: Range<Int>? = nil) throws(RemoteError) -> TransferRequest {
    var request = try dataset.locator.request(for: dataset.chunks[chunk], range: range)
    request.links = cache.links(to: chunk)
    request.onRetry = { [notes = reader?.notes, id = identifier(chunk)] error, pause in
      notes?.add(.retrying(chunk: id, after: error, pause: pause))
    }
    return request
  }

  private func request(to whole: HeldChunk, _ range: Range<Int>) -> TransferRequest {
    TransferRequest(whole.contents.resource, range: range, policy: dataset.locator.policy)
  }

  private func indexed(
    _ chunk: Int, _ found: Result<DirectoryPeek.Content, DirectoryPeek.Failure>, hasRanges: Bool
  ) {
    let reference = dataset.chunks[chunk]
    do throws(DatasetError) {
      switch found {
      case .success(let content):
        let index = try ChunkIndex(of: reference, content, hasRanges: hasRanges)
        indexes[chunk] = index
        result.indexes[chunk] = index
      case .failure(.download(.rangeless(_, let size))) where hasRanges:
        try spoolLater(chunk, size: size ?? reference.sizeBytes)
      case .failure(.download(let error)): throw .download(chunk: reference.chunkID, error)
      case .failure(.archive(.cutShort(let entry, let found))):
        guard let declared = reference.sizeBytes, found < declared else {
          throw .archive(chunk: reference.chunkID, .cutShort(entry: entry, offset: found))
        }
        throw .short(chunk: reference.chunkID, declared: declared, found: found, entry: entry)
      case .failure(.archive(let error)): throw .archive(chunk: reference.chunkID, error)
      }
    } catch { fail(error) }
  }

  // MARK: What lies where

  /// Turns numbers into wishes, or finds which chunks' indexes are missing for that.
  private func plan() {
    var starts = [0]
    for (place, chunk) in dataset.chunks.enumerated() {
      starts.append(starts[place] + (chunk.numImages ?? indexes[place]?.samples.count ?? 0))
    }
    let total = starts[starts.count - 1]
    if let number = numbers.first(where: { $0 < 0 || $0 >= total }) {
      return fail(.noSuchSample(number: number, count: total))
    }
    var samples: [Int: [Int: [Int]]] = [:]
    for (position, number) in numbers.enumerated() {
      let chunk = SampleFetch.place(of: number, in: starts)
      samples[chunk, default: [:]][number - starts[chunk], default: []].append(position)
    }
    for chunk in samples.keys.sorted() where indexes[chunk] == nil { chunksToIndex.append(chunk) }
    guard chunksToIndex.isEmpty else { return }
    isIndexed = true
    for (chunk, places) in samples.sorted(by: { $0.key < $1.key }) {
      for (sample, positions) in places.sorted(by: { $0.key < $1.key }) {
        wishes.append(Wish(chunk: chunk, asked: sample, sample: sample, positions: positions))
      }
      openWishes[chunk] = places.count
    }
    openCount = wishes.count
    planReads()
  }

  /// The last chunk that begins at or before `number`; an empty one begins where the next one does.
  private static func place(of number: Int, in starts: [Int]) -> Int {
    var range = 0..<starts.count
    while range.count > 1 {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = starts[middle] <= number ? middle..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }

  private func planReads() {
    var wanted: [Int: [PlannedRead.Wish]] = [:]
    var bytes = 0
    var refused: [(id: Int, error: ZipError)] = []
    for (id, wish) in wishes.enumerated() {
      guard let sample = sample(of: id) else { continue }
      if let obstacle = sample.entry.obstacle() {
        refused.append((id, obstacle))
      } else {
        wanted[wish.chunk, default: []].append(.init(id: id, record: sample.record))
        bytes += sample.record.count
      }
    }
    // Every worker has something to do, but no request is made for crumbs.
    let longest = max(SampleFetch.leastShare, bytes / max(1, dataset.configuration.maxWorkers))
    for (chunk, wishes) in wanted.sorted(by: { $0.key > $1.key }) {
      reads += PlannedRead.all(wishes, of: chunk, longest: longest).reversed()
    }
    for (id, error) in refused where reader != nil { refuse(id, .archive(chunk: identifier(wishes[id].chunk), error)) }
  }

  private static let leastShare = 1 << 20

  private func sample(of id: Int) -> ChunkIndex.Sample? { indexes[wishes[id].chunk]?.samples[wishes[id].sample] }

  // MARK: Records

  /// Returns false when it must wait.
  private func start(_ read: PlannedRead) -> Bool {
    guard let index = indexes[read.chunk] else { return true }
    if wholeChunks[read.chunk] == nil { wholeChunks[read.chunk] = cache.chunk(at: read.chunk) }
    let whole = wholeChunks[read.chunk]
    if whole == nil, !index.hasRanges || parked[read.chunk] != nil {
      park(read, size: index.size)
      return reader != nil
    }
    guard let bytes = reserve(scanner(for: read.wishes[0].id).bytesNeeded) else {
      reads.append(read)
      return false
    }
    do throws(RemoteError) {
      var request: TransferRequest
      if let whole {
        request = self.request(to: whole, read.range)
      } else {
        request = try self.request(to: read.chunk, read.range)
        request.refusesWhole = true
        request.expected = index.file
      }
      let sink = RecordSink(read, admitted: bytes, for: self)
      running[transfers.start(request, into: sink)] = sink
    } catch { fail(.download(chunk: identifier(read.chunk), error)) }
    return reader != nil
  }

  func scanner(for id: Int) -> EntryScanner {
    EntryScanner(indexes[wishes[id].chunk]!.samples[wishes[id].sample].entry, memory: budget)
  }

  func name(of id: Int) -> String { sample(of: id)?.entry.name ?? "" }

  /// Memory for a sink's next entry; nil holds it until there is.
  func admit(_ sink: RecordSink) -> Int? {
    if let bytes = reserve(sink.bytesNeeded) { return bytes }
    if let transfer = running.first(where: { $0.value === sink })?.key { held.append(transfer) }
    return nil
  }

  func arrived(_ id: Int, _ result: Result<PackedEntry, ZipError>, _ bytes: Int) {
    arriving -= bytes
    let wish = wishes[id]
    switch result {
    case .success(let packed):
      working += bytes
      reader?.submit(
        SampleJob(
          fetch: self, id: id, chunk: wish.chunk, packed: packed, label: sample(of: id)?.label,
          positions: wish.positions,
          reserved: bytes))
    case .failure(let error):
      budget.release(bytes)
      refuse(id, .archive(chunk: identifier(wish.chunk), error))
    }
  }

  func closed(_ sink: RecordSink, _ error: RemoteError?) {
    guard let transfer = running.first(where: { $0.value === sink })?.key else { return }
    running[transfer] = nil
    if let admitted = sink.admitted {
      arriving -= admitted
      budget.release(admitted)
    }
    let rest = sink.read.wishes.dropFirst(sink.answered)
    if case .rangeless(_, let size)? = error {
      indexes[sink.read.chunk]?.hasRanges = false
      result.indexes[sink.read.chunk] = indexes[sink.read.chunk]
      for wish in rest { park(PlannedRead(wish, of: sink.read.chunk), size: size ?? indexes[sink.read.chunk]?.size) }
    } else if let error {
      return fail(.download(chunk: identifier(sink.read.chunk), error))
    } else {
      for wish in rest where reader != nil {
        refuse(
          wish.id,
          .archive(
            chunk: identifier(sink.read.chunk), .cutShort(entry: name(of: wish.id), offset: wish.record.lowerBound)))
      }
    }
    goOn()
  }

  /// A job has ended.
  func worked(_ job: SampleJob, _ error: DatasetError?) {
    working -= job.reserved
    budget.release(job.reserved)
    guard reader != nil else { return }
    if case .memory? = error { return error.map(fail) ?? () }
    if let error { refuse(job.id, error) } else { settle(job.id) }
    goOn()
  }

  private func settle(_ id: Int) {
    let chunk = wishes[id].chunk
    openCount -= 1
    openWishes[chunk, default: 0] -= 1
    if openWishes[chunk] == 0 { wholeChunks[chunk] = nil }
  }

  // MARK: Samples that cannot be read

  private func refuse(_ id: Int, _ error: DatasetError) {
    let wish = wishes[id]
    if wish.error == nil {
      wishes[id].error = error
      for position in wish.positions { result.errors.append((position, error)) }
    }
    switch dataset.configuration.onError {
    case .skip: settle(id)
    case .raise:
      settle(id)
      forgo(after: wish.positions[0])
    case .replace: replace(id)
    }
  }

  /// Leaves out what has not begun and comes after an error in the order asked.
  private func forgo(after position: Int) {
    reads.removeAll { read in
      guard read.wishes.allSatisfy({ wishes[$0.id].positions[0] > position }) else { return false }
      for wish in read.wishes { settle(wish.id) }
      return true
    }
  }

  /// The samples after it, at the chunk's end those before it.
  private func replace(_ id: Int) {
    let (wish, chunk) = (wishes[id], wishes[id].chunk)
    guard let samples = indexes[chunk]?.samples else { return }
    var next = wish.sample
    repeat {
      next = next < wish.asked ? next - 1 : next + 1
      if next == samples.count { next = wish.asked - 1 }
      guard next >= 0 else { return fail(wish.error ?? .closed) }
    } while samples[next].entry.obstacle() != nil
    wishes[id].sample = next
    reads.append(PlannedRead(.init(id: id, record: samples[next].record), of: chunk))
  }

  // MARK: Hosts without ranges

  private func park(_ read: PlannedRead, size: Int?) {
    parked[read.chunk, default: []].append(read)
    do throws(DatasetError) { try spoolLater(read.chunk, size: size) } catch { fail(error) }
  }

  private func spoolLater(_ chunk: Int, size: Int?) throws(DatasetError) {
    result.fellBack = true
    if let size, size > budget.limit {
      throw .rangeless(chunk: identifier(chunk), needed: size, limit: budget.limit)
    }
    guard spools[chunk] == nil, !chunksToSpool.contains(where: { $0.chunk == chunk }) else { return }
    chunksToSpool.append((chunk, size))
  }

  private func startSpool(_ chunk: Int, reserved: Int) {
    do throws(RemoteError) {
      var request = try request(to: chunk)
      request.expected = indexes[chunk]?.file
      let sink = try ChunkSpool(reserved: reserved, budget: budget) { [self] result in spooled(chunk, result) }
      spools[chunk] = (transfers.start(request, into: sink), sink)
    } catch {
      budget.release(reserved)
      fail(.download(chunk: identifier(chunk), error))
    }
  }

  private func spooled(_ chunk: Int, _ result: Result<HeldChunk, ChunkSpool.Failure>) {
    spools[chunk] = nil
    switch result {
    case .success(let whole):
      wholeChunks[chunk] = whole
      cache.keep(whole, at: chunk)
      if indexes[chunk] == nil { chunksToIndex.append(chunk) }
      reads += (parked.removeValue(forKey: chunk) ?? []).reversed()
      goOn()
    case .failure(.remote(let error)): fail(.download(chunk: identifier(chunk), error))
    case .failure(.tooLarge(let bytes)):
      fail(.rangeless(chunk: identifier(chunk), needed: bytes, limit: budget.limit))
    }
  }
}
