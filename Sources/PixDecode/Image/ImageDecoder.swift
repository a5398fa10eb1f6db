import CCodecs

/// Turns image files into uint8 pixels (H, W, channels) as its rendition says: RGB, L (one channel) or RGBA, in the file's
/// own size or a given one.
///
/// Pixels are equal bit for bit to Pillow's (for JPEG and WebP: Pillow on the same libraries, whose defaults are kept:
/// accurate DCT, fancy upsampling). With `target` = (W, H), which is the size, and `image` = `Image.open(file)`:
///
/// | | |
/// |---|---|
/// | no size | `image.draft(mode, None)`, `image.convert(mode)` |
/// | `.stretch` | `image.draft(mode, target)`, `image.convert(mode).resize(target, BILINEAR)` |
/// | `.crop` | `image.draft(mode, target)`, `ImageOps.fit(image.convert(mode), target, BILINEAR)` |
/// | `.pad` | `target` from `ImageOps.contain(image, target)`; then as `.stretch`, in the middle of black |
///
/// `draft` concerns JPEG only: it is decoded at 1/2, 1/4 or 1/8 of its size as long as that is no smaller than the
/// target, and in mode L its luma is taken without the rest. Against resizing the whole to 224 × 224, photographs differ
/// by 0.3 to 0.5 of 255 levels on average and by 29 at most; those less than twice as large as the target by nothing.
/// BILINEAR is Pillow's: a triangle as wide as the image shrinks, hence antialiased. RGBA is resized with its colors
/// multiplied by their alpha. Beside a padded image RGBA is transparent black.
///
/// As in Pillow, alpha is dropped in the other modes, not blended; EXIF orientation, gamma and color profiles are not
/// applied; CMYK is taken for Adobe's inverted inks; 16-bit color keeps its high bytes and 16-bit gray is cut off at 255;
/// of an animation the first frame is taken, with black (transparent in RGBA) around it where it leaves the canvas free.
/// Indexes past a PNG's palette are black, as in Pillow 10.4 and newer (9.4 took a gray). A PNG's transparent color is
/// found in every depth, as the PNG specification says; Pillow 9.4 misses it in gray of 1, 2 and 4 bits and in 16-bit
/// color.
///
/// A JPEG that ends before libjpeg stops reading counts as truncated, as in Pillow, even where only its end marker is
/// missing; a PNG with a wrong checksum is malformed, where Pillow overlooks those of the pixel data.
///
/// Beside `pixels`, decoding takes 6 bytes a pixel for progressive JPEG (8 for CMYK), 4 for lossless WebP, 2 for lossy
/// WebP with alpha, and otherwise a few rows. Resizing takes two rows of 4 bytes a pixel, at most 32 of the result, and
/// the weights: about 36 bytes for each row and column of the result, or 8 for each of the image where that is more; but
/// 4 bytes a pixel for interlaced PNG and for WebP, which are decoded whole first, as they are in mode L.
public struct ImageDecoder: Sendable {
  /// Height × width beyond which an image is refused before any memory is taken.
  public let pixelLimit: Int
  public let rendition: Rendition
  /// The instructions it may resample with; tests choose lower ones.
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
