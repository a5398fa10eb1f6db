import PixRemote
import PixStream

/// A dataset or a job as `--json` prints it: every key is there, null where nothing is known.
struct DatasetReport: Encodable {
  /// Their names stay.
  enum CodingKeys: String, CodingKey, CaseIterable {
    case source, id, name, version, status, progress
    case numImages = "num_images"
    case numChunks = "num_chunks"
    case chunkSize = "chunk_size"
    case sizeBytes = "size_bytes"
    case createdAt = "created_at"
    case labels
    case labelCounts = "label_counts"
  }

  /// What the dataset was named by; nil for a job of a listing, whose id names it.
  var source: String?
  var job: Job
  var numImages: Int?
  var numChunks: Int?
  var chunkSize: Int?
  var sizeBytes: Int?
  var labelCounts: [String: Int]?

  init(_ job: Job) {
    self.job = job
    (numImages, numChunks, chunkSize, sizeBytes) = (job.numImages, job.numChunks, job.chunkSize, job.sizeBytes)
    labelCounts = job.labelCounts
  }

  init(_ dataset: Dataset, labelCounts: [String: Int]?) {
    self.init(dataset.job)
    let named = dataset.configuration.source
    source = named.contains("://") ? PublicURL(named).description : named
    numImages = dataset.imageCount
    numChunks = dataset.chunks.count
    chunkSize = dataset.chunkSize
    sizeBytes = dataset.sizeBytes
    self.labelCounts = labelCounts
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    if let source { try fields.encode(source, forKey: .source) }
    try fields.encode(job.id, forKey: .id)
    try fields.encode(job.name, forKey: .name)
    try fields.encode(job.version, forKey: .version)
    try fields.encode(job.status, forKey: .status)
    try fields.encode(job.progress, forKey: .progress)
    try fields.encode(numImages, forKey: .numImages)
    try fields.encode(numChunks, forKey: .numChunks)
    try fields.encode(chunkSize, forKey: .chunkSize)
    try fields.encode(sizeBytes, forKey: .sizeBytes)
    try fields.encode(job.createdAt, forKey: .createdAt)
    try fields.encode(job.labels, forKey: .labels)
    try fields.encode(labelCounts, forKey: .labelCounts)
  }
}
