import PixExport

/// What `download --json` prints: an object whose keys are all there, null where nothing is known.
struct DownloadRecord: Encodable {
  var path: String
  var format: ExportFormat
  var images: Int?
  var chunks: Int
  /// By this very command; nil for one that did nothing.
  var bytesFetched: Int?
  var complete: Bool
  var renamed: Int?
  var missing: [MissingRecord]
  /// Of a dry run.
  var plan: Plan?

  struct Plan: Encodable {
    var chunksHere: Int
    var bytesToFetch: Int?
    var bytesToWrite: Int?
    var bytesFree: Int?

    enum CodingKeys: String, CodingKey {
      case chunksHere = "chunks_here"
      case bytesToFetch = "bytes_to_fetch"
      case bytesToWrite = "bytes_to_write"
      case bytesFree = "bytes_free"
    }

    func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: CodingKeys.self)
      try object.encode(chunksHere, forKey: .chunksHere)
      try object.encode(bytesToFetch, forKey: .bytesToFetch)
      try object.encode(bytesToWrite, forKey: .bytesToWrite)
      try object.encode(bytesFree, forKey: .bytesFree)
    }
  }

  enum CodingKeys: String, CodingKey {
    case path, format, images, chunks, complete, renamed, missing, plan
    case bytesFetched = "bytes_fetched"
  }

  init(_ report: ExportReport) {
    path = report.path
    format = report.format
    images = report.images
    chunks = report.chunks
    bytesFetched = report.bytesFetched
    complete = true
    renamed = report.renamed
    missing = report.missing.map { MissingRecord($0) }
  }

  /// - Parameter plan: nil where nothing is left to do.
  init(_ plan: ExportPlan?, path: String, _ format: ExportFormat) {
    self.path = path
    self.format = format
    images = plan?.images
    chunks = plan?.chunks ?? 0
    complete = plan == nil
    missing = []
    self.plan = plan.map {
      Plan(
        chunksHere: $0.chunksHere, bytesToFetch: $0.bytesToFetch, bytesToWrite: $0.diskBytes,
        bytesFree: $0.diskFree)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(path, forKey: .path)
    try object.encode(format, forKey: .format)
    try object.encode(images, forKey: .images)
    try object.encode(chunks, forKey: .chunks)
    try object.encode(bytesFetched, forKey: .bytesFetched)
    try object.encode(complete, forKey: .complete)
    try object.encode(renamed, forKey: .renamed)
    try object.encode(missing, forKey: .missing)
    try object.encode(plan, forKey: .plan)
  }
}
