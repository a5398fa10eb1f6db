/// How an image of a known size becomes one of a wanted size, in whole numbers and in Pillow's: what is decoded, which
/// part of it is resampled, and where in the result that lands.
struct ResizePlan: Equatable {
  /// JPEGs are decoded at this part of their size (1, 2, 4 or 8), rounded up, as Pillow's `draft` does.
  let shrink: Int
  let decoded: Rendition.Size
  /// The part of what is decoded that is resampled; single precision, as Pillow hands it on.
  let across: Range
  let down: Range
  /// What is left of the size beside the image, evenly: where the image starts in it, and how large it is.
  let left: Int
  let top: Int
  let filled: Rendition.Size
  /// False where the image has the wanted size already.
  let isResized: Bool

  struct Range: Equatable {
    var start: Float
    var end: Float
  }

  init(_ header: ImageHeader, _ rendition: Rendition) {
    let own = Rendition.Size(height: header.height, width: header.width)
    let wanted = rendition.size ?? own
    filled = rendition.size != nil && rendition.resize == .pad ? Self.contained(own, wanted) : wanted
    left = Self.half(wanted.width - filled.width)
    top = Self.half(wanted.height - filled.height)
    let factor = min(own.width / filled.width, own.height / filled.height)
    let shrink = header.format == .jpeg ? [8, 4, 2].first { $0 <= factor } ?? 1 : 1
    self.shrink = shrink
    decoded = Rendition.Size(
      height: (own.height + shrink - 1) / shrink, width: (own.width + shrink - 1) / shrink)
    let (width, height) = (Double(decoded.width), Double(decoded.height))
    var (x, y, boxWidth, boxHeight) = (0.0, 0.0, width, height)
    if rendition.resize == .crop, rendition.size != nil {
      let (ratio, wantedRatio) = (width / height, Double(wanted.width) / Double(wanted.height))
      if ratio > wantedRatio { boxWidth = wantedRatio * height }
      if ratio < wantedRatio { boxHeight = width / wantedRatio }
      x = (width - boxWidth) * 0.5
      y = (height - boxHeight) * 0.5
    }
    across = Range(start: Float(x), end: Float(x + boxWidth))
    down = Range(start: Float(y), end: Float(y + boxHeight))
    isResized = filled != decoded || x != 0 || y != 0 || x + boxWidth != width || y + boxHeight != height
  }

  /// As `ImageOps.contain` sizes it, but for sides of no pixel at all.
  private static func contained(_ own: Rendition.Size, _ wanted: Rendition.Size) -> Rendition.Size {
    let (width, height) = (Double(own.width), Double(own.height))
    let (ratio, wantedRatio) = (width / height, Double(wanted.width) / Double(wanted.height))
    var size = wanted
    if ratio > wantedRatio { size.height = rounded(height / width * Double(wanted.width), most: wanted.height) }
    if ratio < wantedRatio { size.width = rounded(width / height * Double(wanted.height), most: wanted.width) }
    return size
  }

  private static func rounded(_ side: Double, most: Int) -> Int {
    Int(min(max(side.rounded(.toNearestOrEven), 1), Double(most)))
  }

  private static func half(_ rest: Int) -> Int { Int((Double(rest) * 0.5).rounded(.toNearestOrEven)) }
}
