/// How much a single archive may ask for.
public struct ZipLimits: Sendable, Equatable {
  /// Bytes of one entry, inflated or as they lie in the archive.
  public var entryBytes: Int
  /// Inflated over compressed size, judged once an entry inflates beyond `ratioFloor`.
  ///
  /// Image files are compressed already: deflate gains little on them, and at most 1032:1 on anything.
  public var ratio: Int
  public var ratioFloor: Int
  public var entries: Int

  public init(
    entryBytes: Int = 512 << 20, ratio: Int = 100, ratioFloor: Int = 4 << 20, entries: Int = 1_000_000
  ) {
    self.entryBytes = entryBytes
    self.ratio = ratio
    self.ratioFloor = ratioFloor
    self.entries = entries
  }

  func check(entry: String, compressed: Int, inflated: Int) throws(ZipError) {
    if max(inflated, compressed) > entryBytes || (inflated > ratioFloor && inflated / ratio > compressed) {
      throw .bomb(entry: entry, compressed: compressed, inflated: inflated)
    }
  }
}
