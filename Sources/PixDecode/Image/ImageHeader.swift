/// What an image file says of itself: its format, and its own height and width in pixels.
public struct ImageHeader: Sendable, Hashable {
  public let format: ImageFormat
  public let height: Int
  public let width: Int

  public init(format: ImageFormat, height: Int, width: Int) {
    self.format = format
    self.height = height
    self.width = width
  }
}
