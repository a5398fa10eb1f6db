import FoundationEssentials
import PixRemote
import PixStream

/// Keeps the chunks as they are, with a `dataset.json` that names them.
struct ArchiveWriter: ChunkWriter {
  private let folder: String
  private let dataset: Dataset

  /// - Parameter folder: gets `chunks` and `dataset.json`.
  init(_ dataset: Dataset, folder: String) {
    self.dataset = dataset
    self.folder = folder
  }

  let isSated = false

  /// What a chunk's file is called, whatever its description says.
  static func path(of place: Int) -> String {
    let digits = String(place)
    return "chunks/chunk_\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits).zip"
  }

  mutating func write(
    _ chunk: LocalChunk, tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord {
    let path = ArchiveWriter.path(of: chunk.place)
    let target = "\(folder)/\(path)"
    try Disk.makeFolder("\(folder)/chunks")
    try Disk.share(chunk.file, as: target)
    let digest = if let known = chunk.sha256 { known } else { try ChunkProof.digest(of: target) }
    let images = if let known = chunk.reference.numImages { known } else { try ChunkReader(target).promisedImages ?? 0 }
    let file = ChunkRecord.File(path: path, size: Disk.size(of: target) ?? 0, sha256: digest)
    return ChunkRecord(chunk: chunk.place, chunkID: chunk.reference.chunkID, images: images, files: [file])
  }

  mutating func rewrite(
    _ chunk: LocalChunk, as record: ChunkRecord, tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord {
    try write(chunk, tick: tick)
  }

  mutating func finish(_ records: [ChunkRecord]) throws(ExportError) -> [ChunkRecord.File] {
    var job = dataset.job
    job.chunks = records.compactMap { record in
      guard let file = record.files.first else { return nil }
      var chunk = dataset.chunks[record.chunk]
      chunk.url = file.path
      chunk.expiresAt = nil
      chunk.sizeBytes = file.size
      chunk.sha256 = file.sha256
      return chunk
    }
    job.numChunks = job.chunks?.count
    job.sizeBytes = job.chunks?.reduce(0) { $0 + ($1.sizeBytes ?? 0) }
    if job.chunks?.count != dataset.chunks.count {
      job.numImages = nil
      job.labelCounts = nil
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = [UInt8]((try? encoder.encode(job)) ?? Data()) + [UInt8(ascii: "\n")]
    try Disk.write(text, to: "\(folder)/dataset.json")
    return [try .of("dataset.json", in: folder)]
  }
}
