import PixDecode

/// Images that were asked for by number, in the order asked.
public struct SampleSet: Sendable {
  public struct Sample: Sendable {
    /// Its place among the numbers asked for.
    public let position: Int
    /// Place in the dataset's list of chunks.
    public let chunk: Int
    public let chunkID: String
    /// Its name in the chunk's archive: another one's than asked for where `onError` is `replace`.
    public let entry: String
    /// What the file says of itself.
    public let header: ImageHeader
    public let label: Label?
    public internal(set) var pixels: PixelBuffer
    /// Which image of `pixels` it is.
    public internal(set) var row: Int

    public var shape: ImageShape { pixels.shape }
  }

  /// Fewer than asked for where `onError` is `skip`.
  public internal(set) var samples: [Sample] = []
  /// All of `samples`, row by row, when they are of one shape; its `capacity` may be larger.
  public internal(set) var pixels: PixelBuffer?
  /// What was left out or replaced, by its place among the numbers asked for.
  public internal(set) var errors: [(position: Int, error: DatasetError)] = []
  /// Indexes that were read, by their chunk's place: to be handed to the next read.
  public internal(set) var indexes: [Int: ChunkIndex] = [:]
  /// Whether a host gave no ranges, so that chunks were taken whole.
  public internal(set) var fellBack = false
}
