import PixDecode
import PixRemote
import PixThreads

/// One read of images by their numbers, or of the indexes that it takes: a shell around `SampleFetch`, which moves the
/// bytes, that decodes them.
///
/// The threads that feed it hold on to it: it runs until it has ended or `cancel` is called.
public final class SampleReader: JobSource {
  private struct State {
    var jobs = Fifo<SampleJob>()
    /// Until all has been decoded.
    var tray: SampleTray?
    /// All that was fetched has been decoded; its images are still to be closed up.
    var fetched: SampleSet?
    var outcome: Result<SampleSet, DatasetError>?
    var isCancelled = false
  }

  private let dataset: Dataset
  private let decoder: ImageDecoder
  private let engine = Engine.current
  private let generation = Engine.generation
  private let state: Monitor<State>
  let notes = NoteQueue()
  /// Lives on the transfer thread.
  private let fetch = Monitor<SampleFetch?>(nil)

  init(
    _ numbers: [Int], of dataset: Dataset, rendition: Rendition, indexes: [Int: ChunkIndex], indexesAll: Bool = false,
    cache: ChunkCache
  ) {
    self.dataset = dataset
    decoder = ImageDecoder(
      pixelLimit: dataset.configuration.pixelLimit, rendition: rendition)
    state = Monitor(State(tray: SampleTray(count: numbers.count, budget: cache.budget)))
    let fetch = SampleFetch(
      numbers, of: dataset, indexes: indexes, indexesAll: indexesAll, cache: cache, transfers: engine.transfers,
      reader: self)
    self.fetch.withLock { $0 = fetch }
    engine.transfers.perform { fetch.start() }
  }

  /// Whether this reader belongs to the process that forked this one, and so is dead here.
  public var isInherited: Bool { generation != Engine.generation }

  public enum Poll {
    case done(SampleSet)
    case notYet
  }

  /// What was read, if it is there already. Given once: the memory is the caller's from then on.
  ///
  /// - Throws: what failed; `cancelled` after `cancel`, and when it has been given already.
  public func poll() throws(DatasetError) -> Poll {
    engine.goOn()
    let outcome = state.withLock { state in
      defer { if case .success? = state.outcome { state.outcome = .failure(.cancelled) } }
      return state.outcome
    }
    guard let outcome else { return .notYet }
    return .done(try outcome.get())
  }

  /// Waits until `poll` has something to give, at most 50 ms.
  public func wait() { _ = state.wait(atMost: .milliseconds(50)) { $0.outcome == nil ? nil : true } }

  /// Ends all transfers; jobs in progress finish into memory of their own.
  public func cancel() {
    guard !isInherited else { return }
    state.update { state in
      state.isCancelled = true
      state.outcome = .failure(.cancelled)
    }
    let fetch = fetch.withLock { $0.take() }
    if let fetch { engine.transfers.perform { fetch.stop() } }
  }

  /// What has happened beside the reading since the last call.
  public func takeNotes() -> [StreamNote] { notes.takeAll() }

  // MARK: From the fetch, on the transfer thread

  func submit(_ job: SampleJob) {
    state.withLock { $0.jobs.append(job) }
    engine.workers.submit(self, times: 1)
  }

  func ended(_ result: Result<SampleSet, DatasetError>) {
    fetch.withLock { $0 = nil }
    switch result {
    case .success(let fetched):
      state.withLock { $0.fetched = fetched }
      engine.workers.submit(self, times: 1)
    case .failure(let error):
      state.update { state in
        state.isCancelled = true
        state.outcome = state.outcome ?? .failure(error)
      }
    }
  }

  // MARK: On a worker thread

  func work() {
    let (job, fetched) = state.withLock { state in
      let job = state.jobs.popFirst()
      return (job, job == nil ? state.fetched.take() : nil)
    }
    if let fetched { return close(fetched) }
    guard let job else { return }
    let error = state.withLock { $0.isCancelled } ? nil : decode(job)
    // The fetch counts the job's memory until it hears of this, even if it has ended.
    engine.transfers.perform { job.fetch.worked(job, error) }
  }

  private func close(_ fetched: SampleSet) {
    var set = fetched
    let tray = state.withLock { $0.tray.take() }
    let outcome = Result { () throws(DatasetError) in
      if let closed = try tray?.close() { (set.samples, set.pixels) = closed }
      return set
    }
    state.update { $0.outcome = $0.outcome ?? outcome }
  }

  private func decode(_ job: SampleJob) -> DatasetError? {
    let chunk = dataset.chunks[job.chunk].chunkID
    let bytes: ByteBuffer
    do throws(ZipError) { bytes = try job.packed.unpacked() } catch { return .archive(chunk: chunk, error) }
    return decode(bytes, job, chunk)
  }

  private func decode(_ bytes: ByteBuffer, _ job: SampleJob, _ chunk: String) -> DatasetError? {
    let entry = job.packed.entry.name
    var places: [SampleTray.Place] = []
    let header: ImageHeader
    do throws(DecodeError) {
      header = try bytes.withBytes { bytes throws(DecodeError) in try decoder.header(of: bytes) }
    } catch { return .image(chunk: chunk, entry: entry, error) }
    let shape = decoder.rendition.shape(of: header)
    do throws(DatasetError) {
      for position in job.positions {
        places.append(
          try state.withLock { state throws(DatasetError) in
            guard let place = try state.tray?.place(position, shape) else { throw .cancelled }
            return place
          })
      }
    } catch { return error }
    let first = places[0].pixels.image(places[0].row)
    do throws(DecodeError) {
      try bytes.withBytes { bytes throws(DecodeError) in try decoder.decode(bytes, header, into: first) }
    } catch { return .image(chunk: chunk, entry: entry, error) }
    for place in places.dropFirst() {
      place.pixels.image(place.row).copyMemory(from: UnsafeRawBufferPointer(first))
    }
    state.withLock { state in
      for (position, place) in zip(job.positions, places) {
        state.tray?.put(
          SampleSet.Sample(
            position: position, chunk: job.chunk, chunkID: chunk, entry: entry, header: header, label: job.label,
            pixels: place.pixels, row: place.row))
      }
    }
    return nil
  }
}
