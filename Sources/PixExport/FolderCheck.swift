import Glibc
import PixDecode
import PixRemote
import PixStream

/// Compares a finished dataset with the record that was made while it was downloaded, and gets again what is damaged.
public struct FolderCheck {
  private let folder: DownloadFolder
  private var journal: Journal
  /// Of the dataset, as it was named when it was downloaded; without what is secret in an address.
  public var source: String { journal.identity.source }
  public var baseURL: String { journal.identity.baseURL }
  /// Height and width that images were given.
  public var imageSize: [Int]? { journal.identity.imageSize }

  public init(_ path: String) throws(ExportError) {
    // Work lies beside the folder, and "." has nothing beside it.
    folder = DownloadFolder(final: Disk.resolved(path) ?? path)
    guard Disk.exists(folder.final) else { throw .file(path: folder.final, code: ENOENT) }
    guard Disk.isFolder(folder.final) else { throw .notAFolder(folder.final) }
    guard Disk.exists(folder.record) else { throw .unverifiable(folder: folder.final) }
    journal = try Journal(finished: folder.record)
  }

  // MARK: Looking

  /// - Parameters:
  ///   - goesOn: asked before every file; false stops with `cancelled`.
  ///   - progress: told as often.
  public func report(
    goesOn: () -> Bool, progress: (ExportProgress) -> Void
  ) throws(ExportError) -> FolderReport {
    let files =
      journal.records.flatMap { record in record.files.map { (file: $0, record: Optional(record)) } }
      + (journal.seal?.files ?? []).map { (file: $0, record: nil) }
    var shown = ExportProgress()
    shown.bytesInAll =
      files.reduce(0) { $0 + FolderCheck.bytes(of: $1.file) }
      + journal.records.reduce(0) { $0 + ($1.rows?.byteCount ?? 0) }
    var damages: [FolderDamage] = []
    func note(_ path: String, _ record: ChunkRecord?, _ reason: String?, bytes: Int) throws(ExportError) {
      if let reason {
        damages.append(
          FolderDamage(path: path, place: record?.chunk, chunk: record?.chunkID, reason: reason))
      }
      shown.bytes += bytes
      progress(shown)
      guard goesOn() else { throw .cancelled }
    }
    for (file, record) in files {
      let damage = try FolderCheck.damage(of: file, in: folder.final, goesOn)
      try note(file.path, record, damage, bytes: FolderCheck.bytes(of: file))
    }
    if journal.identity.format == .numpy {
      try NumpyWriter.compare(journal.records, in: folder.final) { (record, damage, bytes) throws(ExportError) in
        try note("images.npy", record, damage, bytes: bytes)
      }
    }
    return FolderReport(
      path: folder.final, format: journal.identity.format, files: files.count, bytes: shown.bytes,
      damages: damages, missing: missing)
  }

  /// To be looked at beside the rows of arrays.
  private static func bytes(of file: ChunkRecord.File) -> Int { NumpyWriter.isStart(file) ? 0 : file.size }

  /// What is wrong with a file; nil when nothing is.
  private static func damage(
    of file: ChunkRecord.File, in folder: String, _ goesOn: () -> Bool
  ) throws(ExportError) -> String? {
    if NumpyWriter.isStart(file) { return NumpyWriter.damage(of: file, in: folder) }
    let path = "\(folder)/\(file.path)"
    guard Disk.exists(path) else { return "it is not there" }
    guard let size = Disk.size(of: path) else { return "it is no file" }
    guard size == file.size else { return "it had \(file.size) bytes and has \(size)" }
    do throws(ExportError) {
      if let declared = file.sha256, try ChunkProof.digest(of: path, goesOn: goesOn) != declared {
        return "its bytes are not those that were written (SHA-256)"
      }
      if let declared = file.crc32, try checksum(of: path) != declared {
        return "its bytes are not those that were written (CRC-32)"
      }
    } catch .cancelled { throw .cancelled } catch { return "it cannot be read" }
    return nil
  }

  private static func checksum(of path: String) throws(ExportError) -> UInt32 {
    try Disk.read(path).withUnsafeBytes { Checksum.crc32(of: $0) }
  }

  // MARK: Mending

  /// What could not be had when the dataset was downloaded, or repaired since.
  public var missing: [MissingImage] { journal.records.flatMap(\.missing) }

  /// Whether there are chunks that could not be had whole, and may be asked for again.
  public var isLacking: Bool { !lacking.isEmpty }

  /// Rows can be added to no array's middle; images of a chunk that is whole would be as bad again.
  private var lacking: [Int] {
    guard journal.identity.format != .numpy, journal.identity.selection.limit == nil else { return [] }
    return journal.records.filter { $0.missing.contains { $0.entry == nil } }.map(\.chunk)
  }

  /// Fetches the chunks that damaged files came from, and those that could not be had, and no others; writes their
  /// files again.
  ///
  /// - Parameter dataset: the same as was downloaded.
  public mutating func repair(
    _ damages: [FolderDamage], from dataset: Dataset, goesOn: () -> Bool, progress: (ExportProgress) -> Void
  ) throws(ExportError) {
    let identity = ExportIdentity(dataset, format: journal.identity.format, selection: journal.identity.selection)
    guard identity.hasChunks(of: journal.identity), journal.records.count <= dataset.chunks.count
    else { throw .outdated(folder: folder.final) }
    let damaged = Set(damages.compactMap(\.place))
    let places = damaged.union(lacking).sorted()
    let lock = try begin(goesOn)
    defer { withExtendedLifetime(lock) { folder.clear() } }
    let fetcher = ChunkFetcher(dataset, into: folder)
    defer { fetcher.end() }
    var shown = ExportProgress()
    shown.chunksInAll = places.count
    shown.bytesInAll = Dataset.total(places.map { dataset.chunks[$0].sizeBytes })
    shown.retriesInAll = dataset.retries
    func tick() throws(ExportError) {
      shown.bytes = fetcher.fetched
      shown.silence = fetcher.silence?.time ?? .zero
      shown.retry = fetcher.silence.flatMap { $0.retry > 0 ? $0.retry : nil }
      progress(shown)
      guard goesOn() else { throw .cancelled }
    }
    var writer = try journal.identity.format.writer(
      of: dataset, journal.identity, folder: folder.final, after: journal.records, repairs: true)
    for place in places {
      try fetcher.fetch(place)
      let arrival = try arrival(of: place, fetcher, tick)
      if let doubt = arrival.doubt {
        guard !damaged.contains(place) else {
          throw .nothing(dataset: "chunk \(journal.records[place].chunkID)", doubt)
        }
      } else {
        let chunk = LocalChunk(
          place: place, reference: dataset.chunks[place], file: folder.chunk(place), sha256: arrival.sha256,
          dataset: dataset)
        let record = try writer.rewrite(chunk, as: journal.records[place]) { _ throws(ExportError) in try tick() }
        journal.replace(record)
      }
      try Disk.remove(folder.chunk(place))
      shown.chunks += 1
    }
    let files = try writer.finish(journal.records)
    try journal.close(with: files, to: folder.record)
  }

  /// Waits until nobody else is at work on the folder. What is left of another repair is gone on with.
  private func begin(_ goesOn: () -> Bool) throws(ExportError) -> DownloadLock {
    while true {
      try folder.prepare()
      if let lock = try DownloadLock.take(folder.lock) {
        try folder.begin(isAlone: lock.isSure)
        if Journal(unfinished: folder.journal)?.identity != journal.identity {
          for left in [folder.journal, folder.parts, folder.chunks] { try Disk.remove(left) }
          try folder.makeFolders()
          try Journal(journal.identity).begin(folder.journal)
        }
        return lock
      }
      guard goesOn() else { throw .cancelled }
      Disk.rest()
    }
  }

  private func arrival(
    of place: Int, _ fetcher: ChunkFetcher, _ tick: () throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkArrival {
    while true {
      for event in fetcher.events() {
        switch event {
        case .here(_, let sha256, let doubt): return ChunkArrival(sha256: sha256, doubt: doubt)
        case .absent(_, let doubt): return ChunkArrival(doubt: doubt, isAbsent: true)
        case .failed(let error): throw error
        }
      }
      try tick()
    }
  }
}
