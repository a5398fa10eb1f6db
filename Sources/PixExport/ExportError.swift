import PixStream

/// Why a dataset could not be written to disk, or not all of it.
public enum ExportError: Error, Sendable, Equatable {
  /// The dataset or one of its chunks could not be had; what is here already stays.
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
  /// Files of a finished folder are gone or have another size.
  case spoiled(folder: String, path: String)
  /// Two images of different shapes (height, width), which one array cannot hold.
  case shapes(first: String, firstShape: [Int], other: String, otherShape: [Int])
  case subsetOfArchives
  case noSuchLabel(String, known: [String])
  /// Not one image could be had; the first reason stands for all.
  case nothing(dataset: String, ChunkDoubt)
  /// There is no record of what should be in the folder.
  case unverifiable(folder: String)
  /// The folder's own record is damaged.
  case record(path: String, reason: String)
  case cancelled
}
