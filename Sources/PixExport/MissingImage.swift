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

  private enum CodingKeys: String, CodingKey { case chunk, entry, reason }

  /// An entry that is none is null, so that every object has the same keys.
  public func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(chunk, forKey: .chunk)
    try object.encode(entry, forKey: .entry)
    try object.encode(reason, forKey: .reason)
  }
}
