import PixDecode

/// Images of one shape, in dataset order.
public struct Batch: Sendable {
  public let pixels: PixelBuffer
  /// Images in it; `pixels` may have room for more.
  public let count: Int
  public let samples: [Sample]
  /// Where the stream stands after it.
  public let end: Cursor

  public var labels: [Label?] { samples.map(\.label) }
  public var shape: ImageShape { pixels.shape }
}
