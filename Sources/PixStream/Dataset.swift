import PixDecode
import PixRemote

/// A described dataset. It holds no connection and no memory of images; streams do.
public final class Dataset: Sendable {
  public let configuration: DatasetConfiguration
  public let job: Job
  /// In the order of their indices.
  public let chunks: [ChunkReference]
  let locator: DatasetLocator

  private init(_ configuration: DatasetConfiguration, _ locator: DatasetLocator, _ job: Job) {
    self.configuration = configuration
    self.locator = locator
    self.job = job
    chunks = (job.chunks ?? []).sorted { $0.chunkIndex < $1.chunkIndex }
  }

  /// Asks for the description; no chunk's byte is moved, except that bare archives are asked for their directories.
  ///
  /// - Parameter keepWaiting: asked on this thread at least every 50 ms; false gives up with `cancelled`.
  public static func open(
    _ configuration: DatasetConfiguration, keepWaiting: () -> Bool
  ) throws(DatasetError) -> Dataset {
    var asksService = false
    do throws(RemoteError) {
      let key = try configuration.key()
      let source = try DatasetSource(configuration.source)
      // Nobody else is ever sent the key.
      if case .job = source { asksService = true }
      let locator = DatasetLocator(
        source: source, service: try ServiceAddress(configuration.baseURL), key: key, policy: configuration.policy())
      let job: Job
      if case .archives(let paths) = locator.source {
        job = try ArchiveDescription(
          paths, policy: locator.policy, transfers: Engine.current.transfers
        ).job(named: configuration.source, keepWaiting: keepWaiting)
      } else if let described = try locator.describe(on: Engine.current.transfers, keepWaiting: keepWaiting) {
        job = described
      } else {
        throw .source(reason: "\(configuration.source) has no description")
      }
      return Dataset(configuration, locator, job)
    } catch .cancelled {
      throw .cancelled
    } catch {
      throw asksService ? configuration.explained(error) : .remote(error)
    }
  }

  /// The transfers of this process.
  public static var transfers: TransferLoop { Engine.current.transfers }

  /// How often a transfer is tried again.
  public var retries: Int { locator.policy.retry.tries - 1 }

  /// Where a chunk's bytes are.
  public func request(for chunk: ChunkReference, from offset: Int = 0) throws(DatasetError) -> TransferRequest {
    do throws(RemoteError) {
      return try locator.request(for: chunk, range: offset > 0 ? offset..<Int.max : nil)
    } catch { throw .download(chunk: chunk.chunkID, error) }
  }

  /// A dataset of one chunk that has become a file here; what it is called and labeled stays.
  public func standing(_ chunk: ChunkReference, in file: String) -> Dataset {
    var chunk = chunk
    chunk.url = file
    var job = job
    job.numImages = chunk.numImages
    job.numChunks = 1
    job.chunks = [chunk]
    let local = DatasetLocator(
      source: .archives([file]), service: locator.service, key: nil, policy: locator.policy)
    return Dataset(configuration, local, job)
  }

  /// The jobs of the service that `configuration` reaches, page by page; its source is not looked at.
  ///
  /// - Parameters:
  ///   - keepWaiting: asked on this thread at least every 50 ms; false gives up with `cancelled`.
  ///   - page: given jobs as they come, on this thread; false wants no more.
  public static func list(
    _ configuration: DatasetConfiguration, keepWaiting: () -> Bool, page: ([Job]) -> Bool
  ) throws(DatasetError) {
    do throws(RemoteError) {
      try JobListing(
        service: ServiceAddress(configuration.baseURL), key: configuration.key(), policy: configuration.policy()
      ).read(on: Engine.current.transfers, keepWaiting: keepWaiting, page: page)
    } catch { throw configuration.explained(error) }
  }

  /// Shows every HTTP request of this process from now on, a line for each when it has ended: for people, on a thread
  /// of the engine's. In a forked child nothing is shown.
  public static func observeRequests(_ show: @escaping @Sendable (String) -> Void) {
    Engine.current.transfers.observe { show($0.description) }
  }

  /// Whether all its chunks are files of this machine.
  public var isLocal: Bool {
    chunks.allSatisfy { chunk in
      if case .file? = try? locator.request(for: chunk).resource { true } else { false }
    }
  }

  /// Images in all, where the description tells.
  public var imageCount: Int? {
    job.numImages ?? Dataset.total(chunks.map(\.numImages))
  }

  /// Images per chunk, where the description tells.
  public var chunkSize: Int? { job.chunkSize ?? chunks.compactMap(\.numImages).max() }

  /// Bytes of all chunks, where the description tells.
  public var sizeBytes: Int? { job.sizeBytes ?? Dataset.total(chunks.map(\.sizeBytes)) }

  /// Images by label: as the description counts them, else as the directories of chunks that are files here name them.
  /// Nil where that cannot be told.
  public func labelCounts(keepWaiting: () -> Bool) -> [String: Int]? {
    if let counts = job.labelCounts { return counts }
    guard !chunks.isEmpty, isLocal else { return nil }
    let reader = readIndexes(cache: ChunkCache(memoryLimit: configuration.memoryLimit))
    var counts: [String: Int] = [:]
    while keepWaiting() {
      guard let poll = try? reader.poll() else { return nil }
      guard case .done(let set) = poll else {
        reader.wait()
        continue
      }
      for sample in set.indexes.values.flatMap(\.samples) {
        guard let label = sample.label else { continue }
        counts[DatasetCard.word(label), default: 0] += 1
      }
      return counts
    }
    reader.cancel()
    return nil
  }

  /// Nil when one is unknown, or when they come to more than there can be.
  public static func total(_ counts: [Int?]) -> Int? {
    var total = 0
    for count in counts {
      guard let count, case (let sum, let overflow) = total.addingReportingOverflow(count), !overflow else {
        return nil
      }
      total = sum
    }
    return total
  }

  /// Reads images by their numbers, counted from 0 in dataset order: their chunks' directories where `indexes` does not
  /// have them yet, then their own bytes.
  ///
  /// - Parameters:
  ///   - rendition: how images are given, when not as `configuration` says.
  ///   - indexes: by the place of the chunk in `chunks`, as earlier reads gave them.
  ///   - cache: this dataset's own, used again from read to read.
  public func read(
    _ numbers: [Int], rendition: Rendition? = nil, indexes: [Int: ChunkIndex] = [:], cache: ChunkCache
  ) throws(DatasetError) -> SampleReader {
    if chunks.isEmpty { throw .empty(dataset: job.name ?? job.id) }
    return SampleReader(
      numbers, of: self, rendition: rendition ?? configuration.rendition, indexes: indexes, cache: cache)
  }

  /// Reads the indexes of all chunks that `known` does not have, and no image: what there is, and what it is called.
  public func readIndexes(known: [Int: ChunkIndex] = [:], cache: ChunkCache) -> SampleReader {
    SampleReader([], of: self, rendition: configuration.rendition, indexes: known, indexesAll: true, cache: cache)
  }

  /// One pass over the images, from `cursor` on.
  ///
  /// - Parameters:
  ///   - parts: what is read, in this order; nil for all chunks. A cursor's chunk is a place in this list.
  ///   - rendition: how images are given, when not as `configuration` says.
  ///   - batchSize: images per batch; 1 lets every image have its own shape.
  ///   - dropsLast: whether an incomplete last batch is left out.
  public func stream(
    parts: [ChunkPart]? = nil, rendition: Rendition? = nil, batchSize: Int = 1, dropsLast: Bool = false,
    from cursor: Cursor = Cursor()
  ) throws(DatasetError) -> SampleStream {
    if chunks.isEmpty { throw .empty(dataset: job.name ?? job.id) }
    return SampleStream(
      self, parts: parts ?? wholeParts, rendition: rendition ?? configuration.rendition, batchSize: batchSize,
      dropsLast: dropsLast, from: cursor)
  }

  /// One pass over the images as a single batch, decoded into memory that is the caller's from the first.
  ///
  /// - Parameters:
  ///   - count: images in all.
  ///   - memory: bytes the machine has for them.
  public func wholeBatch(of count: Int, memory: Int = MachineMemory.available) throws(DatasetError) -> SampleStream {
    if chunks.isEmpty { throw .empty(dataset: job.name ?? job.id) }
    if let size = configuration.rendition.size {
      let shape = ImageShape(height: size.height, width: size.width, channels: configuration.rendition.mode.channels)
      let bytes = PixelBuffer.bytes(for: shape, capacity: count)
      guard let bytes, bytes <= memory else { throw .arrays(needed: bytes, available: memory) }
    }
    return SampleStream(
      self, parts: wholeParts, rendition: configuration.rendition, batchSize: max(count, 1), dropsLast: false,
      from: Cursor(),
      pixelBudget: MemoryBudget(limit: memory))
  }

  private var wholeParts: [ChunkPart] { chunks.indices.map { ChunkPart(chunk: $0) } }
}
