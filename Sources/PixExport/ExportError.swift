import PixStream

/// Why a dataset could not be written to disk, or not all of it.
public enum ExportError: Error, Sendable, Equatable {
  case dataset(DatasetError)
  /// Something on this machine's disk; `code` is the system's `errno`.
  case file(path: String, code: Int32)
  case notAFolder(String)
  /// The disk has less room than is needed.
  case noRoom(folder: String, needed: Int, free: Int)
  /// The folder exists and no download of ours made it.
  case occupied(String)
  /// The folder holds the same dataset, downloaded in another way.
  case otherwise(folder: String, was: String)
  /// The dataset is not what it was when the folder was made.
  case outdated(folder: String)
  /// Two images of different shapes (height, width), which one array cannot hold.
  case shapes(first: String, firstShape: [Int], other: String, otherShape: [Int])
  case subsetOfArchives
  case noSuchLabel(String, known: [String])
  /// A chunk's bytes are not those its description promises.
  case digest(chunk: String, declared: String, found: String)
  /// So many chunks could not be had; the first one's reason stands for them.
  case incomplete(folder: String, failures: [DatasetFailure])
  /// There is no record of what should be in the folder.
  case unverifiable(folder: String)
  /// The folder's own record is damaged.
  case record(path: String, reason: String)
  case cancelled

  /// A chunk that could not be had.
  public struct DatasetFailure: Sendable, Equatable {
    public var chunk: String
    public var reason: Reason

    public enum Reason: Sendable, Equatable {
      case dataset(DatasetError)
      case digest(declared: String, found: String)
    }
  }
}
