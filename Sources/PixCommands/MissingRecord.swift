import PixExport

/// What could not be had, as `--json` prints it: an entry that is none is null.
struct MissingRecord: Encodable {
  private enum CodingKeys: String, CodingKey { case chunk, entry, reason }

  private let missing: MissingImage

  init(_ missing: MissingImage) { self.missing = missing }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: CodingKeys.self)
    try object.encode(missing.chunk, forKey: .chunk)
    try object.encode(missing.entry, forKey: .entry)
    try object.encode(missing.reason, forKey: .reason)
  }
}
