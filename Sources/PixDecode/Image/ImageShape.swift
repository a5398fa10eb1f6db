/// The shape of an image's array, uint8: (height, width, channels).
public struct ImageShape: Sendable, Equatable, Hashable {
  public let height: Int
  public let width: Int
  public let channels: Int

  public init(height: Int, width: Int, channels: Int = 3) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Bytes of one decoded image.
  public var byteCount: Int { height * width * channels }
}
