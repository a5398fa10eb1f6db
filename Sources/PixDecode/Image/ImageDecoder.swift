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
    var result = pix_result()
    let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let target = pixels.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let (width, height) = (UInt32(header.width), UInt32(header.height))
    switch header.format {
    case .jpeg: pix_jpeg_decode(base, bytes.count, target, width, height, &result)
    case .png: pix_png_decode(base, bytes.count, target, width, height, &result)
    case .webp: pix_webp_decode(base, bytes.count, target, width, height, &result)
    }
    try check(result, header.format)
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
