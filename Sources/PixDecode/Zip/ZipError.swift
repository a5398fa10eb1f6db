/// What is wrong with an archive. Numbers are bytes unless they are named otherwise.
public enum ZipError: Error, Equatable, Sendable {
  case notAnArchive(startsWith: String)
  /// The archive ends inside an entry or before its directory.
  case cutShort(entry: String?, offset: Int)
  case malformed(offset: Int, reason: String)
  case checksum(entry: String, declared: UInt32, found: UInt32)
  case size(entry: String, declared: Int, found: Int)
  /// Local header and central directory disagree about a field.
  case directoryMismatch(entry: String, field: String, declared: String, found: String)
  case entryCount(declared: Int, found: Int)
  case unsupported(entry: String, reason: String)
  case unsafeName(entry: String, reason: String)
  /// The entry would inflate beyond what an image file can need.
  case bomb(entry: String, compressed: Int, inflated: Int)
  /// Stored with its size only after the data: the directory is needed to find its end.
  case needsDirectory(entry: String)
}
