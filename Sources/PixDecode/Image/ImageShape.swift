/// Height and width of an image in pixels; pixels are RGB uint8, so its array is (height, width, 3).
public struct ImageShape: Sendable, Equatable, Hashable {
  public static let channels = 3

  public let height: Int
  public let width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Bytes of one decoded image.
  public var byteCount: Int { height * width * ImageShape.channels }
}
