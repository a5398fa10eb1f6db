import PixDecode

/// Images of one shape and their labels, in dataset order.
public struct Batch: Sendable {
  public let pixels: PixelBuffer
  /// Images in it; `pixels` may have room for more.
  public let count: Int
  public let labels: [Label?]
  /// Where the stream stands after it.
  public let end: Cursor

  public var shape: ImageShape { pixels.shape }
}
