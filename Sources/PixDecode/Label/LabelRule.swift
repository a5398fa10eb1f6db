/// An image's label, first hit wins: its own in `metadata.json`, its top folder, its chunk's, none.
public struct LabelRule: Sendable {
  public var metadata: ChunkMetadata?
  public var chunkLabel: String?

  public init(metadata: ChunkMetadata? = nil, chunkLabel: String? = nil) {
    self.metadata = metadata
    self.chunkLabel = chunkLabel
  }

  public func label(of entry: String) -> Label? {
    if let own = metadata?[entry] { return own }
    let parts = EntryPath(entry).parts
    if parts.count > 1, let folder = parts.first { return .text(String(folder)) }
    return chunkLabel.map { .text($0) }
  }
}
