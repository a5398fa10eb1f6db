/// The shape of an image's array: (height, width, channels) of uint8, or (channels, height, width) of float32.
public struct ImageShape: Sendable, Equatable, Hashable {
  public let height: Int
  public let width: Int
  public let channels: Int
  public let layout: PixelLayout

  public init(height: Int, width: Int, channels: Int = 3, layout: PixelLayout = .pixels) {
    self.height = height
    self.width = width
    self.channels = channels
    self.layout = layout
  }

  /// Bytes of one decoded image.
  public var byteCount: Int { height * width * channels * layout.bytesPerValue }

  /// The array's axes, in order.
  public var axes: [Int] {
    switch layout {
    case .pixels: [height, width, channels]
    case .planes: [channels, height, width]
    }
  }
}
