import FoundationEssentials
import Glibc
import PixDecode
import PixStream

/// Writes all images as one NumPy array that can be memory-mapped, row by row as they are decoded:
///
/// | | |
/// |---|---|
/// | `images.npy` | (N, H, W, 3) uint8, RGB, C order, in the dataset's order |
/// | `labels.npy` | (N,) int64, places in `classes.json`; -1 where an image has no label |
/// | `classes.json` | a list of the classes' names |
///
/// Both arrays are `.npy` files of format version 1.0
/// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). The number of rows is written last: until
/// then `images.npy` is no array that NumPy reads.
struct NumpyWriter: ChunkWriter {
  private static let images = "images.npy"
  private static let labels = "labels.npy"
  private static let classes = "classes.json"

  private struct Shape: Equatable {
    var height: Int
    var width: Int
    /// The image that has it first; nil where it was asked for.
    var entry: String?

    var byteCount: Int { height * width * 3 }
  }

  private let folder: OutputFolder
  private let file: OutputFile
  private let described: [String]?
  private let selection: ExportSelection
  private var shape: Shape?
  private var rows = 0
  /// First rows of the chunks that are there, by the chunks' places.
  private var starts: [Int: Int] = [:]

  /// - Parameters:
  ///   - dataset: says the images' size, where one was asked for, and the classes.
  ///   - done: chunks whose rows are there already; what lies behind them is cut off.
  ///   - repairs: whether rows may be missing at the end, because they are to be written anew.
  init(
    _ dataset: Dataset, folder: String, selection: ExportSelection, done: [ChunkRecord], repairs: Bool = false
  ) throws(ExportError) {
    self.folder = try OutputFolder(folder)
    self.selection = selection
    described = dataset.job.labels
    shape = dataset.configuration.rendition.size.map { Shape(height: $0.height, width: $0.width) }
    file = try self.folder.open(NumpyWriter.images, flags: O_RDWR | O_CREAT)
    for record in done {
      guard let rows = record.rows else { continue }
      if !rows.labels.isEmpty { try admit(rows.height, rows.width, record.chunkID) }
      starts[record.chunk] = self.rows
      self.rows += rows.labels.count
    }
    let end = place(of: rows)
    if !repairs, rows > 0, try file.size < end {
      throw .record(
        path: "\(folder)/\(NumpyWriter.images)", reason: "it is shorter than the \(rows) images it should hold")
    }
    try file.resize(to: end)
  }

  var isSated: Bool { selection.limit.map { rows >= $0 } ?? false }

  mutating func write(
    _ chunk: LocalChunk, tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord {
    let record = try fill(chunk, from: rows, room: nil, tick)
    starts[chunk.place] = rows
    rows += record.images
    return record
  }

  mutating func rewrite(
    _ chunk: LocalChunk, as record: ChunkRecord, tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord {
    guard let old = record.rows, let start = starts[chunk.place] else { return record }
    let new = try fill(chunk, from: start, room: old.labels.count, tick)
    guard new.images == old.labels.count else { throw .outdated(folder: folder.path) }
    return new
  }

  /// Writes a chunk's images into the rows from `start` on.
  ///
  /// - Parameter room: rows there are; nil at the end.
  private mutating func fill(
    _ chunk: LocalChunk, from start: Int, room: Int?, _ tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord {
    var labels: [String?] = []
    var crc32: UInt32 = 0
    let missing = try DecodedImages(chunk: chunk, selection: selection).forEach(
      atMost: selection.limit.map { max(0, $0 - start) }, tick: tick
    ) { (image) throws(ExportError) in
      try admit(image.shape.height, image.shape.width, "\(chunk.reference.chunkID)/\(image.entry)")
      if let room, labels.count == room { throw .outdated(folder: folder.path) }
      try file.write(image.pixels, at: place(of: start + labels.count))
      crc32 = Checksum.crc32(of: image.pixels, continuing: crc32)
      labels.append(image.label)
    }
    try file.sync()
    return ChunkRecord(
      chunk: chunk.place, chunkID: chunk.reference.chunkID, images: labels.count,
      rows: ChunkRecord.Rows(
        height: shape?.height ?? 0, width: shape?.width ?? 0, labels: labels, crc32: crc32),
      missing: missing)
  }

  private mutating func admit(_ height: Int, _ width: Int, _ entry: String) throws(ExportError) {
    let shape = shape ?? Shape(height: height, width: width, entry: entry)
    self.shape = shape
    guard shape.height == height, shape.width == width else {
      throw .shapes(
        first: shape.entry ?? "image_size", firstShape: [shape.height, shape.width], other: entry,
        otherShape: [height, width])
    }
  }

  private func place(of row: Int) -> Int { ArrayHeader.byteCount + row * (shape?.byteCount ?? 0) }

  mutating func finish(_ records: [ChunkRecord]) throws(ExportError) -> [ChunkRecord.File] {
    let count = records.reduce(0) { $0 + ($1.rows?.labels.count ?? 0) }
    let classes = ClassList(described: described, found: records.lazy.flatMap { $0.rows?.labels ?? [] })
    try folder.write(NumpyWriter.labels, isDurable: true) { (file) throws(ExportError) in
      try file.append(ArrayHeader(type: "<i8", shape: [count]).bytes)
      for record in records {
        let indices = record.rows?.labels.map { Int64(classes.index(of: $0)).littleEndian } ?? []
        try file.append(indices.withUnsafeBytes(Array.init))
      }
    }
    try folder.write(NumpyWriter.classes, isDurable: true) { (file) throws(ExportError) in
      try file.append(JSONLine.bytes(of: classes.names))
    }
    try file.resize(to: place(of: count))
    let header = ArrayHeader(type: "|u1", shape: [count, shape?.height ?? 0, shape?.width ?? 0, 3]).bytes
    try file.write(header, at: 0)
    try file.sync()
    // The rows are their chunks'; only the start is the file's own.
    let start = ChunkRecord.File(
      path: NumpyWriter.images, size: place(of: count),
      crc32: header.withUnsafeBytes { Checksum.crc32(of: $0) })
    return [start, try .of(NumpyWriter.labels, in: folder.path), try .of(NumpyWriter.classes, in: folder.path)]
  }

  // MARK: Comparing

  /// What of the files is not as its records say, by the chunk it came from.
  ///
  /// - Parameter note: told of every piece: its chunk, what is wrong with it, its bytes.
  static func compare(
    _ records: [ChunkRecord], in folder: String,
    _ note: (ChunkRecord, String?, Int) throws(ExportError) -> Void
  ) throws(ExportError) {
    let file = try? OutputFolder(folder).open(images, flags: O_RDONLY)
    var row = 0
    var place = ArrayHeader.byteCount
    for record in records {
      guard let rows = record.rows, !rows.labels.isEmpty else { continue }
      let isSame = try? file?.checksum(of: place..<place + rows.byteCount) == rows.crc32
      let last = row + rows.labels.count - 1
      let damage = "rows \(row) to \(last) are not those that were written (CRC-32)"
      try note(record, isSame == true ? nil : damage, rows.byteCount)
      row += rows.labels.count
      place += rows.byteCount
    }
  }

  static func isStart(_ file: ChunkRecord.File) -> Bool { file.path == images }

  /// What is wrong with the start of the array, which says its shape.
  static func damage(of start: ChunkRecord.File, in folder: String) -> String? {
    let file = try? OutputFolder(folder).open(images, flags: O_RDONLY)
    guard let file, let size = try? file.size else { return "it is not there" }
    guard size == start.size else { return "it had \(start.size) bytes and has \(size)" }
    let isSame = try? file.checksum(of: 0..<ArrayHeader.byteCount) == start.crc32
    return isSame == true ? nil : "its header is not the one that was written (CRC-32)"
  }
}
