/// A place in a dataset's order: so many images into a chunk.
public struct Cursor: Sendable, Equatable {
  /// Place in the dataset's list of chunks.
  public var chunk: Int
  /// Images of that chunk that lie behind.
  public var image: Int

  public init(chunk: Int = 0, image: Int = 0) {
    self.chunk = chunk
    self.image = image
  }
}
