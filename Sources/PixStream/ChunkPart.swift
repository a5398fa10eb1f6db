/// Images of one chunk that are to be read.
public struct ChunkPart: Sendable, Equatable {
  /// Place in the dataset's list of chunks.
  public let chunk: Int
  public let images: Range<Int>

  public init(chunk: Int, images: Range<Int> = 0..<Int.max) {
    self.chunk = chunk
    self.images = images
  }

  /// How many images it has of a chunk that declares so many; nil when it cannot be known.
  func count(of declared: Int?) -> Int? { declared.map { images.clamped(to: 0..<max(0, $0)).count } }
}
