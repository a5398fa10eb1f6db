/// Writes chunks in one format, each after the one before, in the dataset's order.
///
/// Everything goes below one folder, which gets its final name when all is done. Writing the same chunk again, after a
/// process that was killed in its middle, comes to the same files.
protocol ChunkWriter {
  /// - Parameter tick: to be called at least every 50 ms with the images of this chunk so far; it throws `cancelled`
  ///   where the user has had enough.
  mutating func write(
    _ chunk: LocalChunk, tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord

  /// Writes a chunk again over what it has become, after that was damaged: to the same rows or paths.
  ///
  /// - Throws: `outdated` where the chunk holds something else than it did.
  mutating func rewrite(
    _ chunk: LocalChunk, as record: ChunkRecord, tick: (Int) throws(ExportError) -> Void
  ) throws(ExportError) -> ChunkRecord

  /// Whether no further image is wanted.
  var isSated: Bool { get }

  /// Writes what can only be known at the end; `records` are all chunks', in order.
  ///
  /// - Returns: the files that belong to no single chunk.
  mutating func finish(_ records: [ChunkRecord]) throws(ExportError) -> [ChunkRecord.File]
}
