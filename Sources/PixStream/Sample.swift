import PixDecode

/// What is known of one image beside its pixels.
public struct Sample: Sendable {
  public let label: Label?
  /// As the dataset's description calls it.
  public let chunk: String
  public let entry: String
  public let header: ImageHeader
  /// Of the whole chunk.
  public let metadata: ChunkMetadata?
}
