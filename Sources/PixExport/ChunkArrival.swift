/// How a chunk has come here, or not.
struct ChunkArrival {
  /// Of its file, where it has been computed.
  var sha256: String?
  /// What is wrong with it, even fetched twice.
  var doubt: ChunkDoubt?
  /// Its host has no such file.
  var isAbsent = false
}
