/// How images are given: at which size, resized how, in which color mode.
public struct Rendition: Sendable, Hashable {
  public struct Size: Sendable, Hashable {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// Nil: every image has its own size.
  public var size: Size?
  public var resize: Resize
  public var mode: ColorMode
  public var layout: PixelLayout

  public init(
    size: Size? = nil, resize: Resize = .stretch, mode: ColorMode = .rgb, layout: PixelLayout = .pixels
  ) {
    self.size = size
    self.resize = resize
    self.mode = mode
    self.layout = layout
  }

  /// The same in another layout.
  public func laidOut(as layout: PixelLayout) -> Rendition {
    var other = self
    other.layout = layout
    return other
  }

  /// The shape an image with this header is given in.
  public func shape(of header: ImageHeader) -> ImageShape {
    ImageShape(
      height: size?.height ?? header.height, width: size?.width ?? header.width, channels: mode.channels,
      layout: layout)
  }
}
