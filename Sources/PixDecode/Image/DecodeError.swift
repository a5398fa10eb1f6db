/// Why one entry's bytes did not become pixels.
public enum DecodeError: Error, Equatable, Sendable {
  /// The bytes are no image this engine reads; `found` says what they look like ("plain text", "a GIF image").
  case notAnImage(found: String)
  /// The decoder gave up; `reason` is its own message.
  case malformed(format: ImageFormat, reason: String)
  /// The data ended before the image did.
  case truncated(format: ImageFormat, rowsDecoded: Int, height: Int)
  /// The header promises more pixels than the limit; nothing was allocated.
  case tooManyPixels(width: Int, height: Int, limit: Int)
}
