import PixStream

/// A download at work: chunks are fetched, and the next one in order is written and noted as soon as it is here.
final class DownloadRun {
  private let dataset: Dataset
  private let format: ExportFormat
  private let folder: DownloadFolder
  private let fetcher: ChunkFetcher
  private(set) var journal: Journal
  private var writer: any ChunkWriter
  private var plan: FetchPlan
  private var arrivals: [Int: ChunkArrival] = [:]
  private var shown: ExportProgress
  /// Bytes of the chunks that have been written.
  private var bytesWritten: Int
  private var images: Int
  private var told: ContinuousClock.Instant?

  /// - Parameters:
  ///   - journal: what has been written already.
  ///   - chunks: so many, from the first on, are thought to hold all that is wanted.
  ///   - progress: with what is known beforehand.
  init(
    _ dataset: Dataset, into folder: DownloadFolder, goingOn journal: Journal, chunks: Int, progress: ExportProgress
  ) throws(ExportError) {
    self.dataset = dataset
    self.folder = folder
    self.journal = journal
    format = journal.identity.format
    shown = progress
    writer = try format.writer(of: dataset, journal.identity, folder: folder.tree, after: journal.records)
    plan = FetchPlan(
      chunks: dataset.chunks.count, wanted: chunks, written: journal.records.count,
      workers: dataset.configuration.maxWorkers)
    fetcher = ChunkFetcher(dataset, into: folder)
    bytesWritten = journal.records.reduce(0) { $0 + (dataset.chunks[$1.chunk].sizeBytes ?? 0) }
    images = journal.records.reduce(0) { $0 + $1.images }
  }

  /// Bytes over the wire, by this process.
  var fetched: Int { fetcher.fetched }

  /// - Parameter watch: told how far it is at least every 50 ms; what it throws ends the work.
  func run(_ watch: (ExportProgress) throws(ExportError) -> Void) throws(ExportError) {
    defer { fetcher.end() }
    while !writer.isSated, !plan.isDone || plan.widen() {
      try fetch(waits: !plan.isNextHere)
      if plan.isNextHere { try write(plan.next, watch) }
      try tick(images, watch)
    }
    // The whole of it, for whoever looks at the end alone.
    try tell(images, watch)
    let doubts = arrivals.sorted { $0.key < $1.key }.compactMap(\.value.doubt)
    if let doubt = doubts.first, journal.records.allSatisfy({ $0.images == 0 && $0.files.isEmpty }) {
      // Or the next one would take the losses for final.
      folder.clear()
      throw .nothing(dataset: dataset.job.name ?? dataset.job.id, doubt)
    }
    let files = try writer.finish(journal.records)
    try journal.close(with: files, to: DownloadFolder.record(in: folder.tree))
  }

  /// Begins what can be begun, and hears what has come.
  ///
  /// - Parameter waits: up to 50 ms, for something to come.
  private func fetch(waits: Bool) throws(ExportError) {
    while let place = plan.begin() {
      if fetcher.takeHere(place) { plan.arrived(place) } else { try fetcher.fetch(place) }
    }
    for event in fetcher.events(waits: waits) {
      switch event {
      case .here(let place, let sha256, let doubt): arrived(place, ChunkArrival(sha256: sha256, doubt: doubt))
      case .absent(let place, let doubt): arrived(place, ChunkArrival(doubt: doubt, isAbsent: true))
      case .failed(let error): throw error
      }
    }
  }

  private func arrived(_ place: Int, _ arrival: ChunkArrival) {
    arrivals[place] = arrival
    plan.arrived(place)
  }

  private func write(_ place: Int, _ watch: (ExportProgress) throws(ExportError) -> Void) throws(ExportError) {
    let chunk = dataset.chunks[place]
    let arrival = arrivals[place] ?? ChunkArrival()
    var record = ChunkRecord(chunk: place, chunkID: chunk.chunkID, images: 0)
    // An archive that is not the one that was meant is no original; what can be read in it are images nevertheless.
    let isUsable = !arrival.isAbsent && (format != .zip || arrival.doubt?.isInside != false)
    if isUsable {
      let file = arrival.doubt == nil ? folder.chunk(place) : folder.doubted(place)
      record = try writer.write(
        LocalChunk(place: place, reference: chunk, file: file, sha256: arrival.sha256, dataset: dataset)
      ) { (done) throws(ExportError) in try tick(images + done, watch) }
    }
    // What is wrong inside the archive, its writer has named.
    if let doubt = arrival.doubt, record.missing.isEmpty || doubt.isOutside {
      record.missing.append(MissingImage(chunk: chunk.chunkID, entry: nil, reason: doubt.reason))
    }
    try journal.append(record, to: folder.journal)
    try Disk.remove(folder.chunk(place))
    try Disk.remove(folder.doubted(place))
    images += record.images
    bytesWritten += fetcher.forget(place)
    plan.wrote(place)
  }

  /// Meanwhile the next chunks go on coming.
  private func tick(
    _ images: Int, _ watch: (ExportProgress) throws(ExportError) -> Void
  ) throws(ExportError) {
    if let told, .now - told < .milliseconds(50) { return }
    try fetch(waits: false)
    try tell(images, watch)
  }

  private func tell(
    _ images: Int, _ watch: (ExportProgress) throws(ExportError) -> Void
  ) throws(ExportError) {
    told = .now
    shown.bytes = bytesWritten + fetcher.bytesHere
    shown.chunks = plan.written
    shown.chunksInAll = plan.wanted
    shown.images = images
    (shown.silence, shown.retry) = (.zero, nil)
    if let silence = fetcher.silence {
      shown.silence = silence.time
      shown.retry = silence.retry > 0 ? silence.retry : nil
    }
    try watch(shown)
  }
}
