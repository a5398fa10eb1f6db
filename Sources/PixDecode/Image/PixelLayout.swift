/// How a decoded image's values lie in memory.
public enum PixelLayout: Sendable, Hashable {
  /// uint8, (height, width, channels): pixel after pixel, as Pillow and NumPy's users have it.
  case pixels
  /// float32 from 0 to 1, (channels, height, width): plane after plane, a byte divided by 255, as torchvision's
  /// `ToTensor` makes it.
  case planes

  public var bytesPerValue: Int {
    switch self {
    case .pixels: 1
    case .planes: 4
    }
  }
}
