import PixDecode

/// An entry to be unpacked and decoded to all its positions.
struct SampleJob {
  /// Counts its memory until it hears of the job's end.
  let fetch: SampleFetch
  /// Which wish of its read it answers.
  let id: Int
  let chunk: Int
  let packed: PackedEntry
  let label: Label?
  let positions: [Int]
  /// In the budget, for the entry's bytes and for unpacking them.
  let reserved: Int
}
