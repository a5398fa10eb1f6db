/// An image, or another file of an archive, that could not be had.
public struct MissingImage: Sendable, Codable, Equatable {
  public var chunk: String
  /// Its name in the archive; nil for images that are promised and not there.
  public var entry: String?
  public var reason: String

  public init(chunk: String, entry: String?, reason: String) {
    self.chunk = chunk
    self.entry = entry
    self.reason = reason
  }
}
