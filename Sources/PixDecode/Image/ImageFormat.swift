/// The image formats this engine decodes, told apart by content, never by file name.
public enum ImageFormat: String, Sendable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
}
