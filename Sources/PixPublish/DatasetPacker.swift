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
    let isReplacing = try checkOutput()
    let source = try ImageFolder(folder)
    try prepareOutput(clearing: isReplacing)
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
    let job = describe(source, chunks)
    try write(job)
    return Report(job: job, leftOut: source.leftOut)
  }

  /// Whether a dataset lies in the output folder, or what an interrupted pack left there, and may be replaced.
  private func checkOutput() throws(PublishError) -> Bool {
    guard !"\(DatasetPacker.resolved(output))/".hasPrefix("\(DatasetPacker.resolved(folder))/") else {
      throw .outputInsideInput(output)
    }
    let present = (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? []
    guard !present.isEmpty else { return false }
    guard replaces else { throw .outputNotEmpty(output) }
    guard present.contains("dataset.json") || present == ["chunks"] else { throw .noDatasetToReplace(output) }
    return true
  }

  /// An absolute path without links, also where its last folders are not there yet.
  private static func resolved(_ path: String) -> String {
    var folder = URL(fileURLWithPath: path).standardizedFileURL
    var rest: [String] = []
    while true {
      if let real = realpath(folder.path, nil) {
        defer { free(real) }
        return ([String(cString: real)] + rest.reversed()).joined(separator: "/")
      }
      guard folder.path != "/" else { return path }
      rest.append(folder.lastPathComponent)
      folder.deleteLastPathComponent()
    }
  }

  /// Removes what `pack` writes and nothing else.
  private func prepareOutput(clearing: Bool) throws(PublishError) {
    let chunks = "\(output)/chunks"
    try doing(output) {
      let files = FileManager.default
      if clearing {
        try? files.removeItem(atPath: "\(output)/dataset.json")
        for name in (try? files.contentsOfDirectory(atPath: chunks)) ?? []
        where name.hasPrefix("chunk_") && (name.hasSuffix(".zip") || name.hasSuffix(".zip.partial")) {
          try files.removeItem(atPath: "\(chunks)/\(name)")
        }
      }
      try files.createDirectory(atPath: chunks, withIntermediateDirectories: true)
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

  private func describe(_ source: ImageFolder, _ chunks: [ChunkReference]) -> Job {
    Job(
      id: name, name: name, version: "1", progress: 100, numImages: source.images.count, numChunks: chunks.count,
      chunkSize: chunkSize, sizeBytes: chunks.compactMap(\.sizeBytes).reduce(0, +),
      createdAt: createdAt(source.images), labels: source.labels,
      labelCounts: source.labelCounts, chunks: chunks)
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
      let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error ?? error
      let code = (cause as? POSIXError)?.code.rawValue ?? Int32((cause as NSError).code)
      let isSystems = cause is POSIXError || (cause as NSError).domain == NSPOSIXErrorDomain
      let reason = isSystems ? String(cString: strerror(code)) : error.localizedDescription
      throw .file(path: path, reason: reason)
    }
  }
}
