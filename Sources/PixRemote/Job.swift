import FoundationEssentials

/// A dataset's description: the content of `dataset.json`, and the service's answer to `GET /jobs/{id}`.
///
/// Fields only a packer can know are optional; an absent field is shown as unknown, never invented.
public struct Job: Codable, Sendable, Equatable {
  /// The newest `format_version` this reader understands.
  public static let knownFormatVersion = 1

  public var formatVersion: Int
  public var id: String
  public var name: String?
  public var version: String?
  public var status: String
  /// Percent of the job that is done, 0 to 100.
  public var progress: Int?
  public var numImages: Int?
  public var numChunks: Int?
  /// Images per chunk.
  public var chunkSize: Int?
  /// Bytes of all chunk archives together.
  public var sizeBytes: Int?
  /// ISO 8601, as the service wrote it.
  public var createdAt: String?
  /// Sorted; a label's integer class is its place here.
  public var labels: [String]?
  /// Images by label, where the description counts them.
  public var labelCounts: [String: Int]?
  public var chunks: [ChunkReference]?

  public init(
    id: String, name: String? = nil, version: String? = nil, status: String = "completed",
    progress: Int? = nil, numImages: Int? = nil, numChunks: Int? = nil, chunkSize: Int? = nil,
    sizeBytes: Int? = nil, createdAt: String? = nil, labels: [String]? = nil, labelCounts: [String: Int]? = nil,
    chunks: [ChunkReference]? = nil
  ) {
    self.formatVersion = Job.knownFormatVersion
    self.id = id
    self.name = name
    self.version = version
    self.status = status
    self.progress = progress
    self.numImages = numImages
    self.numChunks = numChunks
    self.chunkSize = chunkSize
    self.sizeBytes = sizeBytes
    self.createdAt = createdAt
    self.labels = labels
    self.labelCounts = labelCounts
    self.chunks = chunks
  }

  enum CodingKeys: String, CodingKey {
    case formatVersion = "format_version"
    case id, name, version, status, progress
    case numImages = "num_images"
    case numChunks = "num_chunks"
    case chunkSize = "chunk_size"
    case sizeBytes = "size_bytes"
    case createdAt = "created_at"
    case labels
    case labelCounts = "label_counts"
    case chunks
  }

  /// Counts that can be true: none below 0, and no more than there are images. Without others only a preview is lost.
  private static func checked(_ counts: [String: Int]?, of images: Int?) -> [String: Int]? {
    var rest = images ?? 1 << 53
    for count in (counts ?? [:]).values {
      guard count >= 0, count <= rest else { return nil }
      rest -= count
    }
    return counts
  }

  /// Unknown fields are ignored; ids may be numbers; an absent version or status means the first and "completed".
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    formatVersion = try fields.decodeIfPresent(Int.self, forKey: .formatVersion) ?? 1
    id = try fields.decodeIdentifier(.id)
    name = try fields.decodeIfPresent(String.self, forKey: .name)
    version = try fields.decodeIfPresent(String.self, forKey: .version)
    status = try fields.decodeIfPresent(String.self, forKey: .status) ?? "completed"
    progress = try fields.decodeIfPresent(Double.self, forKey: .progress).map { Int(max(0, min(100, $0))) }
    numImages = try fields.decodeCountIfPresent(.numImages)
    numChunks = try fields.decodeCountIfPresent(.numChunks)
    chunkSize = try fields.decodeCountIfPresent(.chunkSize)
    sizeBytes = try fields.decodeCountIfPresent(.sizeBytes)
    createdAt = try fields.decodeIfPresent(String.self, forKey: .createdAt)
    labels = try fields.decodeIfPresent([String].self, forKey: .labels)
    labelCounts = Job.checked(try? fields.decodeIfPresent([String: Int].self, forKey: .labelCounts), of: numImages)
    chunks = try fields.decodeIfPresent([ChunkReference].self, forKey: .chunks)
  }
}

extension KeyedDecodingContainer {
  /// An id: a string, or a number as some services have it.
  func decodeIdentifier(_ key: Key) throws -> String {
    if let number = try? decode(Int.self, forKey: key) { return String(number) }
    return try decode(String.self, forKey: key)
  }

  /// A count: absent, null, or from 0 up to `limit`.
  func decodeCountIfPresent(_ key: Key, upTo limit: Int = 1 << 53) throws -> Int? {
    guard let count = try decodeIfPresent(Int.self, forKey: key) else { return nil }
    guard (0...limit).contains(count) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: codingPath + [key], debugDescription: "no count from 0 to \(limit)"))
    }
    return count
  }
}
