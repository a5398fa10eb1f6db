import PixDecode
import PixRemote
import PixThreads

/// One pass over a dataset: a shell around `PrefetchWindow` that moves the bytes and does the work it decides on.
///
/// The threads that feed it hold on to it: a stream runs until it has ended or `cancel` is called.
public final class SampleStream: JobSource {
  private let window: Monitor<PrefetchWindow>
  private let flows = Monitor([Int: ChunkFlow]())
  /// Whether chunks are begun with their directory, because one was met whose labels may only be there.
  private let looksAtDirectories = Monitor(false)
  private let engine: Engine
  private let generation: UInt64
  private let dataset: Dataset
  /// In the order of reading.
  private let parts: [ChunkPart]
  let notes = NoteQueue()
  private let decoder: ImageDecoder
  public let budget: MemoryBudget

  /// - Parameter pixelBudget: where the memory of images is counted, when not among what may be held ahead.
  init(
    _ dataset: Dataset, parts: [ChunkPart], rendition: Rendition, batchSize: Int, dropsLast: Bool,
    from cursor: Cursor, pixelBudget: MemoryBudget? = nil
  ) {
    self.dataset = dataset
    self.parts = parts
    engine = Engine.current
    generation = Engine.generation
    let configuration = dataset.configuration
    decoder = ImageDecoder(pixelLimit: configuration.pixelLimit, rendition: rendition)
    budget = MemoryBudget(limit: configuration.memoryLimit)
    let slabsAhead = batchSize == 1 ? 4 * engine.workers.count + 8 : 3
    let chunks = parts.map { part in
      let chunk = dataset.chunks[part.chunk]
      return PrefetchWindow.ChunkFacts(id: chunk.chunkID, declaredImages: chunk.numImages, part: part)
    }
    window = Monitor(
      PrefetchWindow(
        chunks: chunks, budget: budget, pixelBudget: pixelBudget, onError: configuration.onError,
        batchSize: batchSize, dropsLast: dropsLast, slabsAhead: slabsAhead, maxFlows: configuration.maxWorkers,
        from: cursor))
    change { $0.begin() }
  }

  /// Whether this stream belongs to the process that forked this one, and so is dead here.
  public var isInherited: Bool { generation != Engine.generation }

  /// Where the next batch begins.
  public var cursor: Cursor { window.withLock { $0.cursor } }

  /// The next batch if it is there already.
  public func poll() throws(DatasetError) -> Poll {
    engine.goOn()
    return try result(of: change { $0.take() })
  }

  public enum Poll {
    case batch(Batch)
    case end
    case notYet
  }

  /// Waits until `poll` has something to give, at most 50 ms.
  public func wait() { _ = window.wait(atMost: .milliseconds(50)) { $0.isDeliverable ? true : nil } }

  /// An error of the batch in the making, before it is whole.
  public func pollError() -> DatasetError? { window.withLock { $0.takeError() } }

  /// Images decoded so far.
  public var decodedImages: Int { window.withLock { $0.decodedImages } }

  /// What has happened beside the reading since the last call.
  public func takeNotes() -> [StreamNote] { notes.takeAll() }

  private func result(of outcome: PrefetchWindow.Outcome?) throws(DatasetError) -> Poll {
    switch outcome {
    case .batch(let batch)?: return .batch(batch)
    case .error(let error)?: throw error
    case .end?: return .end
    case nil: return .notYet
    }
  }

  /// Ends all transfers and frees all memory that has not left; jobs in progress finish into memory of their own.
  public func cancel() {
    guard !isInherited else { return }
    change { $0.close() }
  }

  // MARK: The shell

  /// Changes the window and asks for what it decided, still under the lock: so it is done in the order decided.
  @discardableResult
  private func change<Result>(_ body: (inout PrefetchWindow) -> Result) -> Result {
    window.updateQuietly { window in
      let result = body(&window)
      for error in window.leftOut { notes.add(.leftOut(error)) }
      window.leftOut.removeAll()
      for action in window.actions { perform(action) }
      window.actions.removeAll(keepingCapacity: true)
      return (result, window.isDeliverable)
    }
  }

  private func perform(_ action: PrefetchWindow.Action) {
    if case .work(let jobs) = action { return engine.workers.submit(self, times: jobs) }
    engine.transfers.perform { self.steer(action) }
  }

  /// Flows live on the transfer thread.
  private func steer(_ action: PrefetchWindow.Action) {
    switch action {
    case .start(let chunk, let epoch):
      let flow = ChunkFlow(
        self.chunk(at: chunk), at: chunk, epoch: epoch, locator: dataset.locator,
        transfers: engine.transfers, memoryLimit: budget.limit, stream: self)
      flows.withLock { $0[chunk] = flow }
      flow.start(looksAtDirectory: looksAtDirectories.withLock { $0 })
    case .resume(let chunk): flows.withLock { $0[chunk] }?.resume()
    case .restart(let chunk, let epoch, let place):
      flows.withLock { $0[chunk] }?.restart(epoch: epoch, from: place)
    case .stop(let chunk): flows.withLock { $0.removeValue(forKey: chunk) }?.stop()
    case .work: break
    }
  }

  func work() {
    switch window.withLock({ $0.nextJob() }) {
    case .examine(let job)?:
      let result = examine(job)
      change { $0.examined(job, result) }
    case .decode(let job)?:
      let error = decode(job)
      change { $0.decoded(job, error) }
    case nil: break
    }
  }

  private func examine(_ job: ExamineJob) -> Result<Examined?, DatasetError> {
    let chunk = chunk(at: job.chunk).chunkID
    let entry = job.packed.entry
    let bytes: ByteBuffer
    do throws(ZipError) { bytes = try job.packed.unpacked() } catch {
      return .failure(.archive(chunk: chunk, error))
    }
    do throws(DecodeError) {
      let header = try bytes.withBytes { bytes throws(DecodeError) in try decoder.header(of: bytes) }
      return .success(Examined(bytes: bytes, header: header, shape: decoder.rendition.shape(of: header)))
    } catch .notAnImage where !EntryRole.promisesImage(entry.name) {
      return .success(nil)
    } catch {
      return .failure(.image(chunk: chunk, entry: entry.name, error))
    }
  }

  private func decode(_ job: DecodeJob) -> DatasetError? {
    do throws(DecodeError) {
      try job.image.bytes.withBytes { bytes throws(DecodeError) in
        try decoder.decode(bytes, job.image.header, into: job.pixels.image(job.row))
      }
      return nil
    } catch { return .image(chunk: job.sample.chunk, entry: job.sample.entry, error) }
  }

  private func chunk(at position: Int) -> ChunkReference { dataset.chunks[parts[position].chunk] }

  // MARK: From the chunks' flows, on the transfer thread

  func needsDirectories() { looksAtDirectories.withLock { $0 = true } }

  func admit(_ chunk: Int, _ epoch: Int, _ bytes: Int, at place: EntryPlace?) -> PrefetchWindow.Admission {
    change { $0.admit(chunk: chunk, epoch: epoch, bytes: bytes, at: place) }
  }

  func forgo(_ chunk: Int, _ epoch: Int, _ bytes: Int) {
    change { $0.forgo(chunk: chunk, epoch: epoch, bytes: bytes) }
  }

  func arrived(_ chunk: Int, _ epoch: Int, _ packed: PackedEntry, _ labels: LabelRule, _ bytes: Int) {
    let label = labels.label(of: packed.entry.name)
    change {
      $0.arrived(
        chunk: chunk, epoch: epoch, packed: packed, label: label, metadata: labels.metadata, bytes: bytes)
    }
  }

  func refused(_ chunk: Int, _ epoch: Int, _ entry: ZipEntry, _ error: DatasetError) {
    change { $0.refused(chunk: chunk, epoch: epoch, entry: entry, error: error) }
  }

  func ended(_ chunk: Int, _ epoch: Int, _ error: DatasetError?) {
    change { $0.ended(chunk: chunk, epoch: epoch, error: error) }
  }
}
