import CCodecs

/// Turns image files into RGB uint8 pixels (H, W, 3), as Pillow's `Image.open(file).convert("RGB")` does.
///
/// Pixels are equal bit for bit to Pillow's (for JPEG and WebP: Pillow on the same libraries, whose defaults are kept:
/// accurate DCT, fancy upsampling). As in Pillow, alpha is dropped, not blended; EXIF orientation, gamma and color
/// profiles are not applied; CMYK is taken for Adobe's inverted inks; 16-bit color keeps its high bytes and 16-bit gray
/// is cut off at 255; of an animation the first frame is taken, with black around it where it leaves the canvas free.
/// Indexes past a PNG's palette are black, as in Pillow 10.4 and newer (9.4 took a gray).
///
/// A JPEG that ends before libjpeg stops reading counts as truncated, as in Pillow, even where only its end marker is
/// missing; a PNG with a wrong checksum is malformed, where Pillow overlooks those of the pixel data.
///
/// Beside `pixels`, decoding takes 6 bytes a pixel for progressive JPEG (8 for CMYK), 4 for lossless WebP, 2 for lossy
/// WebP with alpha, and otherwise a few rows.
public struct ImageDecoder: Sendable {
  /// Height × width beyond which an image is refused before any memory is taken.
  public let pixelLimit: Int
  public let rendition: Rendition
  /// Tests choose lower ones.
  var vectors = PIX_AVX2

  /// - Parameter pixelLimit: by default twice Pillow's `Image.MAX_IMAGE_PIXELS`, where Pillow raises
  ///   `DecompressionBombError`.
  public init(pixelLimit: Int = 178_956_970, rendition: Rendition = Rendition()) {
    self.pixelLimit = pixelLimit
    self.rendition = rendition
  }

  /// Reads an image's header only.
  public func header(of bytes: UnsafeRawBufferPointer) throws(DecodeError) -> ImageHeader {
    guard let format = ImageFormat(sniffing: bytes) else {
      throw .notAnImage(found: ContentGuess.describe(bytes))
    }
    var result = pix_result()
    let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    switch format {
    case .jpeg: pix_jpeg_shape(base, bytes.count, &result)
    case .png: pix_png_shape(base, bytes.count, &result)
    case .webp: pix_webp_shape(base, bytes.count, &result)
    }
    try check(result, format)
    let (width, height) = (Int(result.width), Int(result.height))
    guard width > 0, height > 0 else {
      throw .malformed(format: format, reason: "its header declares \(width) × \(height) pixels")
    }
    guard width * height <= pixelLimit else {
      throw .tooManyPixels(width: width, height: height, limit: pixelLimit)
    }
    return ImageHeader(format: format, height: height, width: width)
  }

  /// Decodes an image into memory of exactly `rendition.shape(of: header).byteCount` bytes, rows tightly packed.
  public func decode(
    _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, into pixels: UnsafeMutableRawBufferPointer
  ) throws(DecodeError) {
    precondition(pixels.count == rendition.shape(of: header).byteCount)
    switch rendition.layout {
    case .pixels: try decodePixels(bytes, header, into: pixels)
    case .planes:
      try decodePixels(bytes, header, into: PixelPlanes.pixels(in: pixels))
      PixelPlanes.spread(in: pixels, channels: rendition.mode.channels)
    }
  }

  private func decodePixels(
    _ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, into pixels: UnsafeMutableRawBufferPointer
  ) throws(DecodeError) {
    let plan = ResizePlan(header, rendition)
    if plan.filled.width * plan.filled.height * rendition.mode.channels < pixels.count {
      pixels.initializeMemory(as: UInt8.self, repeating: 0)
    }
    let stride = rendition.shape(of: header).width * rendition.mode.channels
    var target = pix_target()
    target.width = UInt32(header.width)
    target.height = UInt32(header.height)
    target.shrink = UInt32(plan.shrink)
    target.channels = UInt32(rendition.mode.channels)
    target.stride = stride
    target.pixels = pixels.baseAddress?.assumingMemoryBound(to: UInt8.self)
      .advanced(by: plan.top * stride + plan.left * rendition.mode.channels)
    guard plan.isResized else { return try decode(bytes, header.format, target) }
    target.is_resampled = 1
    target.vectors = vectors
    target.is_premultiplied = rendition.mode == .rgba && header.format != .jpeg ? 1 : 0
    guard let across = ResampleWindows(of: plan.across, in: plan.decoded.width, to: plan.filled.width),
      let down = ResampleWindows(of: plan.down, in: plan.decoded.height, to: plan.filled.height)
    else { throw .malformed(format: header.format, reason: "there is no memory to resize it") }
    try across.withTable { (table) throws(DecodeError) in
      target.across = across.isNeeded ? table : nil
      try down.withTable { (table) throws(DecodeError) in
        target.down = down.isNeeded ? table : nil
        try decode(bytes, header.format, target)
      }
    }
  }

  private func decode(
    _ bytes: UnsafeRawBufferPointer, _ format: ImageFormat, _ target: pix_target
  ) throws(DecodeError) {
    var result = pix_result()
    let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    withUnsafePointer(to: target) { target in
      switch format {
      case .jpeg: pix_jpeg_decode(base, bytes.count, target, &result)
      case .png: pix_png_decode(base, bytes.count, target, &result)
      case .webp: pix_webp_decode(base, bytes.count, target, &result)
      }
    }
    try check(result, format)
  }

  private func check(_ result: pix_result, _ format: ImageFormat) throws(DecodeError) {
    switch result.status {
    case PIX_DECODED: return
    case PIX_TRUNCATED:
      throw .truncated(format: format, rowsDecoded: Int(result.rows_decoded), height: Int(result.height))
    default: throw .malformed(format: format, reason: message(result))
    }
  }

  private func message(_ result: pix_result) -> String {
    withUnsafeBytes(of: result.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
