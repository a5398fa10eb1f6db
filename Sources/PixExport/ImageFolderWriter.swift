import FoundationEssentials
import PixDecode
import PixStream

/// Writes every image as a file of its own, with the bytes it has in the archive, into a folder per class:
///
/// | | |
/// |---|---|
/// | `<class>/<file>` | the entry's path below its class's folder, else its last name, made safe for every file system |
/// | `unlabeled/<file>` | images without a label |
/// | `metadata.jsonl` | per image a line `{"file_name", "label", "original"}`: its path, its class or null, chunk/entry |
/// | `classes.json` | the class of every folder; null for images without one |
///
/// torchvision's `ImageFolder` reads the folders
/// (https://docs.pytorch.org/vision/stable/generated/torchvision.datasets.ImageFolder.html), Hugging Face's `imagefolder`
/// reads `metadata.jsonl` (https://huggingface.co/docs/datasets/image_dataset).
struct ImageFolderWriter: ChunkWriter {
  private static let metadata = "metadata.jsonl"
  private static let classes = "classes.json"

  private let folder: OutputFolder
  private let selection: ExportSelection
  private var ledger: PathLedger
  private var images = 0

  /// - Parameter done: chunks whose files are there already.
  init(_ dataset: Dataset, folder: String, selection: ExportSelection, done: [ChunkRecord]) throws(ExportError) {
    self.folder = try OutputFolder(folder)
    self.selection = selection
    ledger = PathLedger(reserved: [ImageFolderWriter.metadata, ImageFolderWriter.classes])
    for record in done {
      for file in record.files { ledger.remember(file.path, label: file.label) }
      images += record.files.count
    }
  }

  var isSated: Bool { selection.limit.map { images >= $0 } ?? false }

  mutating func write(
    _ chunk: LocalChunk, tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord {
    let limit = selection.limit.map { max(0, $0 - images) }
    let record = try ImageFolderWriter.unpack(
      OriginalImages(chunk: chunk, selection: selection), atMost: limit, into: folder, tick
    ) { image in
      ledger.claim(label: image.label, entry: image.entry.name)
    }
    images += record.images
    return record
  }

  mutating func rewrite(
    _ chunk: LocalChunk, as record: ChunkRecord, tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord {
    var files = record.files[...]
    let limit = selection.limit == nil ? nil : files.count
    let record = try ImageFolderWriter.unpack(
      OriginalImages(chunk: chunk, selection: selection), atMost: limit, into: folder, tick
    ) { image in
      guard let file = files.first, file.isImage(image) else {
        // It could not be had before.
        return ledger.claim(label: image.label, entry: image.entry.name)
      }
      files.removeFirst()
      return file.path
    }
    guard files.isEmpty else { throw .outdated(folder: folder.path) }
    return record
  }

  /// Writes a chunk's images to where `place` says.
  private static func unpack(
    _ images: OriginalImages, atMost limit: Int?, into folder: OutputFolder,
    _ tick: (Int) throws(ExportError) -> Void, place: (OriginalImages.Image) throws(ExportError) -> String
  ) throws(ExportError) -> ChunkRecord {
    var files: [ChunkRecord.File] = []
    let missing = try images.forEach(atMost: limit, tick: tick) { (image) throws(ExportError) in
      let path = try place(image)
      try folder.write(path, isDurable: false) { (file) throws(ExportError) in
        try image.bytes.withBytes { (bytes) throws(ExportError) in try file.append(bytes) }
      }
      let name = image.entry.name
      files.append(
        ChunkRecord.File(
          path: path, size: image.entry.size, crc32: image.entry.crc32, label: image.label,
          entry: path.utf8.elementsEqual(name.utf8) ? nil : name))
    }
    try folder.sync()
    return ChunkRecord(
      chunk: images.chunk.place, chunkID: images.chunk.reference.chunkID, images: files.count, files: files,
      missing: missing)
  }

  mutating func finish(_ records: [ChunkRecord]) throws(ExportError) -> [ChunkRecord.File] {
    try folder.write(ImageFolderWriter.metadata, isDurable: true) { (lines) throws(ExportError) in
      for record in records {
        try lines.append(record.files.flatMap { JSONLine.bytes(of: Line($0, in: record.chunkID)) })
      }
    }
    let classes = records.lazy.flatMap(\.files).map { file in
      (String(decoding: file.path.utf8.prefix { $0 != UInt8(ascii: "/") }, as: UTF8.self), file.label)
    }
    try folder.write(ImageFolderWriter.classes, isDurable: true) { (file) throws(ExportError) in
      try file.append(JSONLine.bytes(of: Dictionary(classes, uniquingKeysWith: { first, _ in first })))
    }
    return [
      try .of(ImageFolderWriter.metadata, in: folder.path), try .of(ImageFolderWriter.classes, in: folder.path),
    ]
  }

  /// A line of `metadata.jsonl`.
  private struct Line: Encodable {
    let fileName: String
    let label: String?
    /// Told of every image: who reads the lines guesses from the first ones which keys there are.
    let original: String

    init(_ file: ChunkRecord.File, in chunk: String) {
      fileName = file.path
      label = file.label
      original = "\(chunk)/\(file.entry ?? file.path)"
    }

    enum CodingKeys: String, CodingKey {
      case fileName = "file_name"
      case label, original
    }

    func encode(to encoder: any Encoder) throws {
      var line = encoder.container(keyedBy: CodingKeys.self)
      try line.encode(fileName, forKey: .fileName)
      try line.encode(label, forKey: .label)
      try line.encode(original, forKey: .original)
    }
  }
}

extension ChunkRecord.File {
  /// Whether it was made of this image.
  fileprivate func isImage(_ image: OriginalImages.Image) -> Bool {
    size == image.entry.size && crc32 == image.entry.crc32 && label == image.label
      && (entry ?? path).utf8.elementsEqual(image.entry.name.utf8)
  }
}
