/// Where an entry begins: its place among the entries, and its local header's byte offset.
public struct EntryPlace: Sendable, Equatable {
  public var ordinal: Int
  public var offset: Int

  public init(ordinal: Int, offset: Int) {
    self.ordinal = ordinal
    self.offset = offset
  }

  public static let start = EntryPlace(ordinal: 0, offset: 0)
}
