import PixRemote
import PixStream

/// Writes a dataset to disk, in the order: chunks are fetched, proven, turned into the format, noted in the journal; at
/// the end everything gets its final name.
///
/// Whatever ends it, the next one goes on: a chunk in the journal is done, a proven one is not fetched again, and of one
/// that was on its way only the rest is.
public struct DatasetExporter {
  private let dataset: Dataset
  private let format: ExportFormat
  private let selection: ExportSelection
  private let folder: DownloadFolder
  private let identity: ExportIdentity

  /// - Parameters:
  ///   - parent: the folder that gets the dataset's own.
  public init(
    _ dataset: Dataset, format: ExportFormat, selection: ExportSelection = ExportSelection(), in parent: String
  ) throws(ExportError) {
    self.dataset = dataset
    self.format = format
    self.selection = selection
    folder = DownloadFolder(DatasetExporter.name(of: dataset), in: parent)
    identity = ExportIdentity(dataset, format: format, selection: selection)
    if format == .zip, !selection.isEverything { throw .subsetOfArchives }
    if let known = dataset.job.labels, let stranger = selection.labels.first(where: { !known.contains($0) }) {
      throw .noSuchLabel(stranger, known: known)
    }
    if dataset.chunks.isEmpty { throw .dataset(.empty(dataset: dataset.job.name ?? dataset.job.id)) }
  }

  /// Where the dataset will lie.
  public var path: String { folder.final }

  /// The dataset's own id, as a folder's name.
  private static func name(of dataset: Dataset) -> String {
    var name = dataset.job.id[...]
    while name.hasSuffix("/") { name.removeLast() }
    if let slash = name.lastIndex(of: "/") { name = name[name.index(after: slash)...] }
    if name.hasSuffix(".zip"), name.count > 4 { name.removeLast(4) }
    return SafeName(name.isEmpty ? "dataset" : String(name), longest: SafeName.longest - 16).text
  }

  // MARK: What would be done

  /// - Returns: nil when everything is here.
  public func plan() throws(ExportError) -> ExportPlan? {
    if try finished() != nil { return nil }
    return plan(in: folder.furthest)
  }

  private func plan(in folder: DownloadFolder) -> ExportPlan {
    let journal = begun(in: folder)
    let wanted = chunksWanted
    let written = min(journal?.records.count ?? 0, wanted)
    let here = (written..<wanted).filter { journal != nil && Disk.exists(folder.chunk($0)) }.count
    let rest = (written..<wanted).filter { journal == nil || !Disk.exists(folder.chunk($0)) }
    let bytes = Dataset.total(
      rest.map { place in
        dataset.chunks[place].sizeBytes.map { size in
          let begun = journal == nil ? 0 : Disk.size(of: PartFolder.bytes(in: "\(folder.parts)/\(place)")) ?? 0
          return begun <= size ? size - begun : size
        }
      })
    return ExportPlan(
      path: folder.final, format: format, images: imagesWanted, chunks: wanted, chunksHere: written + here,
      bytesToFetch: bytes, diskBytes: diskNeeded(written: written, toFetch: bytes),
      diskFree: Disk.freeBytes(at: folder.final))
  }

  /// An unfinished download of the same, whose chunks can be used.
  private func begun(in folder: DownloadFolder) -> Journal? {
    Journal(unfinished: folder.journal).flatMap { $0.identity.hasChunks(of: identity) ? $0 : nil }
  }

  /// Chunks from the first on that hold all images wanted, as far as the description tells.
  private var chunksWanted: Int {
    guard let limit = selection.limit, selection.labels.isEmpty else { return dataset.chunks.count }
    var images = 0
    for (place, chunk) in dataset.chunks.enumerated() {
      if images >= limit { return place }
      guard let count = chunk.numImages else { return dataset.chunks.count }
      images += count
    }
    return dataset.chunks.count
  }

  private var imagesWanted: Int? {
    guard selection.labels.isEmpty else { return nil }
    return dataset.imageCount.map { min($0, selection.limit ?? .max) }
  }

  /// Bytes that the disk must have room for beside what is here; nil where the description does not tell.
  private func diskNeeded(written: Int, toFetch: Int?) -> Int? {
    guard let toFetch else { return nil }
    // Chunks wait beside what is made of them.
    let waiting = min(toFetch, FetchPlan.window(dataset.configuration.maxWorkers) * largestChunk)
    switch format {
    case .zip: return toFetch
    case .images: return toFetch + waiting
    case .numpy:
      guard let size = dataset.configuration.rendition.size, let images = imagesWanted else { return toFetch }
      let rest = images - dataset.chunks.prefix(written).reduce(0) { $0 + ($1.numImages ?? 0) }
      return max(0, rest) * size.height * size.width * 3 + waiting
    }
  }

  private var largestChunk: Int { dataset.chunks.compactMap(\.sizeBytes).max() ?? 0 }

  // MARK: Doing it

  /// - Parameters:
  ///   - goesOn: asked at least every 50 ms; false stops with `cancelled`.
  ///   - progress: told as often.
  public func run(
    goesOn: () -> Bool, progress: (ExportProgress) -> Void
  ) throws(ExportError) -> ExportReport {
    var shown = ExportProgress()
    shown.chunksInAll = chunksWanted
    shown.imagesInAll = imagesWanted
    shown.bytesInAll = Dataset.total(dataset.chunks.prefix(chunksWanted).map(\.sizeBytes))
    shown.retriesInAll = dataset.retries
    while true {
      if let report = try finished() {
        folder.clear()
        return report
      }
      try folder.prepare()
      if let lock = try DownloadLock.take(folder.lock) {
        defer { withExtendedLifetime(lock) {} }
        // What another one has finished since is found here.
        if let report = try finished() {
          folder.clear()
          return report
        }
        do throws(ExportError) {
          try folder.begin(isAlone: lock.isSure)
          return try export(shown, goesOn: goesOn, progress: progress)
        } catch {
          // Where locks do not hold, another one may have finished the same, and cleared away what is here.
          guard error != .cancelled, let report = try? finished() else { throw error }
          folder.clear()
          return report
        }
      }
      shown.isWaiting = true
      progress(shown)
      guard goesOn() else { throw .cancelled }
      Disk.rest()
      shown.isWaiting = false
    }
  }

  /// What the finished folder is; nil when there is none.
  private func finished() throws(ExportError) -> ExportReport? {
    guard Disk.exists(folder.final) else { return nil }
    guard Disk.isFolder(folder.final) else { throw .notAFolder(folder.final) }
    // An empty folder is as good as none.
    if Disk.names(in: folder.final).isEmpty { return nil }
    guard Disk.exists(folder.record) else { throw .occupied(folder.final) }
    let journal = try Journal(finished: folder.record)
    guard journal.identity.datasetID == identity.datasetID else { throw .occupied(folder.final) }
    guard journal.identity.state == identity.state else { throw .outdated(folder: folder.final) }
    guard journal.identity.format == format, journal.identity.selection == selection,
      journal.identity.imageSize == identity.imageSize
    else { throw .otherwise(folder: folder.final, was: journal.identity.options) }
    for file in journal.records.flatMap(\.files) + (journal.seal?.files ?? [])
    where Disk.size(of: "\(folder.final)/\(file.path)") != file.size {
      throw .spoiled(folder: folder.final, path: file.path)
    }
    return report(journal.records, fetched: 0, wasComplete: true)
  }

  private func report(_ records: [ChunkRecord], fetched: Int, wasComplete: Bool) -> ExportReport {
    ExportReport(
      path: folder.final, format: format, images: records.reduce(0) { $0 + $1.images }, chunks: records.count,
      bytesFetched: fetched, wasComplete: wasComplete, missing: records.flatMap(\.missing),
      renamed: records.reduce(0) { $0 + $1.files.count(where: \.isRenamed) })
  }

  /// The journal to go on with: the one that is there, or a new one.
  private func journal() throws(ExportError) -> Journal {
    let begun = Journal(unfinished: folder.journal)
    if let begun, begun.identity == identity, begun.records.count <= dataset.chunks.count {
      try begun.begin(folder.journal)
      return begun
    }
    if begun?.identity.hasChunks(of: identity) != true {
      try Disk.remove(folder.parts)
      try Disk.remove(folder.chunks)
    }
    // Before its files, or an old journal would speak of what is gone.
    try Disk.remove(folder.journal)
    try Disk.remove(folder.tree)
    try folder.makeFolders()
    let fresh = Journal(identity)
    try fresh.begin(folder.journal)
    return fresh
  }

  private func export(
    _ shown: ExportProgress, goesOn: () -> Bool, progress: (ExportProgress) -> Void
  ) throws(ExportError) -> ExportReport {
    let journal = try journal()
    try checkRoom()
    let run = try DownloadRun(dataset, into: folder, goingOn: journal, chunks: chunksWanted, progress: shown)
    try run.run { (shown) throws(ExportError) in
      progress(shown)
      guard goesOn() else { throw .cancelled }
    }
    try folder.finish()
    return report(run.journal.records, fetched: run.fetched, wasComplete: false)
  }

  private func checkRoom() throws(ExportError) {
    let plan = plan(in: folder)
    guard let needed = plan.diskBytes, let free = plan.diskFree, needed > free else { return }
    throw .noRoom(folder: folder.parent, needed: needed, free: free)
  }
}
