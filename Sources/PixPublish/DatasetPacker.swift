import Foundation
import PixRemote

/// Packs a folder of class folders into a dataset: `dataset.json` and stored zips of shuffled images.
///
/// The result depends on the files and the seed alone, byte for byte.
public struct DatasetPacker {
  public struct Progress: Sendable {
    public var images: Int
    public var imagesInAll: Int
    public var bytes: Int
  }

  public struct Report: Sendable {
    public var job: Job
    /// Files that were left out because they are no images.
    public var leftOut: [String]
  }

  public let folder: String
  public let output: String
  public let chunkSize: Int
  public let seed: UInt64
  public let name: String
  public let replaces: Bool

  /// - Parameters:
  ///   - chunkSize: images per chunk, at least 1.
  ///   - replaces: whether a dataset that lies in `output` may be replaced.
  public init(
    folder: String, output: String, chunkSize: Int = 500, seed: UInt64 = 0, name: String? = nil,
    replaces: Bool = false
  ) {
    self.folder = DatasetPacker.trimmed(folder)
    self.output = DatasetPacker.trimmed(output)
    self.chunkSize = max(1, chunkSize)
    self.seed = seed
    self.name = name ?? URL(fileURLWithPath: output).lastPathComponent
    self.replaces = replaces
  }

  private static func trimmed(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? trimmed(String(path.dropLast())) : path
  }

  /// Chunks are written aside and renamed when whole, `dataset.json` last: what is named like a dataset is one.
  public func pack(progress: (Progress) -> Void = { _ in }) throws(PublishError) -> Report {
    let source = try ImageFolder(folder)
    try prepareOutput()
    var images = source.images
    var generator = SeededGenerator(seed: seed)
    generator.shuffle(&images)
    var done = Progress(images: 0, imagesInAll: images.count, bytes: 0)
    var chunks: [ChunkReference] = []
    for start in stride(from: 0, to: images.count, by: chunkSize) {
      let part = images[start..<min(start + chunkSize, images.count)]
      chunks.append(
        try write(Array(part), index: chunks.count) { bytes in
          done.images += 1
          done.bytes += bytes
          progress(done)
        })
    }
    let job = describe(images, chunks)
    try write(job)
    return Report(job: job, leftOut: source.leftOut.sorted())
  }

  private func prepareOutput() throws(PublishError) {
    let inside = URL(fileURLWithPath: output).standardizedFileURL.path + "/"
    guard !inside.hasPrefix(URL(fileURLWithPath: folder).standardizedFileURL.path + "/") else {
      throw .outputInsideInput(output)
    }
    let present = ((try? FileManager.default.contentsOfDirectory(atPath: output)) ?? [])
    if !present.isEmpty, !(replaces && present.contains("dataset.json")) { throw .outputNotEmpty(output) }
    try doing(output) {
      if !present.isEmpty {
        try FileManager.default.removeItem(atPath: "\(output)/dataset.json")
        try? FileManager.default.removeItem(atPath: "\(output)/chunks")
      }
      try FileManager.default.createDirectory(atPath: "\(output)/chunks", withIntermediateDirectories: true)
    }
  }

  private func write(
    _ images: [ImageFolder.Image], index: Int, packed: (Int) -> Void
  ) throws(PublishError) -> ChunkReference {
    let identifier = "chunk_" + String(repeating: "0", count: max(0, 4 - String(index).count)) + String(index)
    let path = "\(output)/chunks/\(identifier).zip"
    let file = try doing(path) {
      try Data().write(to: URL(fileURLWithPath: path + ".partial"))
      return try FileHandle(forWritingTo: URL(fileURLWithPath: path + ".partial"))
    }
    defer { try? file.close() }
    var writer = ZipWriter(file)
    let contents = ChunkContents(chunkIndex: index, images: images)
    try doing(path) { try writer.add("metadata.json", try encoded(contents)) }
    for image in images {
      let content = try doing("\(folder)/\(image.path)") {
        try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(image.path)"))
      }
      try doing(path) { try writer.add(image.path, content) }
      packed(content.count)
    }
    let digest = try doing(path) {
      let digest = try writer.finish()
      try FileManager.default.moveItem(atPath: path + ".partial", toPath: path)
      return digest
    }
    return ChunkReference(
      chunkID: identifier, chunkIndex: index, url: "chunks/\(identifier).zip", numImages: images.count,
      sizeBytes: writer.size, sha256: digest)
  }

  private func describe(_ images: [ImageFolder.Image], _ chunks: [ChunkReference]) -> Job {
    Job(
      id: name, name: name, version: "1", progress: 100, numImages: images.count, numChunks: chunks.count,
      chunkSize: chunkSize, sizeBytes: chunks.compactMap(\.sizeBytes).reduce(0, +),
      createdAt: createdAt(images),
      labels: Set(images.compactMap(\.label)).sorted(), chunks: chunks)
  }

  /// SOURCE_DATE_EPOCH (reproducible-builds.org) if set, else when the newest image was changed.
  private func createdAt(_ images: [ImageFolder.Image]) -> String {
    let fixed = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap { Int($0) }
    let seconds = fixed ?? images.map(\.modified).max() ?? 0
    return Date(timeIntervalSince1970: Double(seconds)).ISO8601Format()
  }

  private func write(_ job: Job) throws(PublishError) {
    let path = "\(output)/dataset.json"
    try doing(path) { try encoded(job).write(to: URL(fileURLWithPath: path), options: .atomic) }
  }

  private func encoded(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value) + Data("\n".utf8)
  }

  private func doing<Result>(_ path: String, _ body: () throws -> Result) throws(PublishError) -> Result {
    do { return try body() } catch {
      let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
      let reason =
        cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : "\(error)"
      throw .file(path: path, reason: reason)
    }
  }
}
