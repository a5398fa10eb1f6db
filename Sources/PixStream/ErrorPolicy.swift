/// What becomes of a single image that cannot be read. A chunk that cannot be had always raises.
public enum ErrorPolicy: String, Sendable, CaseIterable {
  /// The error is the reader's.
  case raise
  /// The image is left out.
  case skip
  /// The next good image of the same chunk takes its place, at the chunk's end the last good one.
  case replace
}
