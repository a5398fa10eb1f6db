/// Where one chunk archive lies and what its dataset says of it.
public struct ChunkReference: Codable, Sendable, Equatable {
  public var chunkID: String
  public var chunkIndex: Int
  /// As written: absolute, or relative to the document that named it.
  public var url: String
  public var numImages: Int?
  public var sizeBytes: Int?
  /// Hex digest of the whole archive.
  public var sha256: String?
  /// The label of every image in the chunk that has none of its own.
  public var label: String?
  public var expiresAt: String?

  public init(
    chunkID: String, chunkIndex: Int, url: String, numImages: Int? = nil, sizeBytes: Int? = nil,
    sha256: String? = nil, label: String? = nil, expiresAt: String? = nil
  ) {
    self.chunkID = chunkID
    self.chunkIndex = chunkIndex
    self.url = url
    self.numImages = numImages
    self.sizeBytes = sizeBytes
    self.sha256 = sha256
    self.label = label
    self.expiresAt = expiresAt
  }

  enum CodingKeys: String, CodingKey {
    case chunkID = "chunk_id"
    case chunkIndex = "chunk_index"
    case url
    case numImages = "num_images"
    case sizeBytes = "size_bytes"
    case sha256, label
    case expiresAt = "expires_at"
  }

  /// The most images or bytes a chunk may declare; the sum over every chunk of a description fits an integer.
  private static let highestCount = 1 << 40

  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    chunkID = try fields.decodeIdentifier(.chunkID)
    chunkIndex = try fields.decode(Int.self, forKey: .chunkIndex)
    url = try fields.decode(String.self, forKey: .url)
    numImages = try fields.decodeCountIfPresent(.numImages, upTo: ChunkReference.highestCount)
    sizeBytes = try fields.decodeCountIfPresent(.sizeBytes, upTo: ChunkReference.highestCount)
    sha256 = try fields.decodeIfPresent(String.self, forKey: .sha256)
    label = try fields.decodeIfPresent(String.self, forKey: .label)
    expiresAt = try fields.decodeIfPresent(String.self, forKey: .expiresAt)
  }
}
