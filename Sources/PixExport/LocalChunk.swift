import PixRemote
import PixStream

/// A chunk whose archive is a file here, whole and proven.
struct LocalChunk {
  /// Place in the dataset's list of chunks.
  let place: Int
  let reference: ChunkReference
  let file: String
  /// Of the file, where it has been computed.
  var sha256: String?
  let dataset: Dataset

  /// The chunk as a dataset of its own.
  var alone: Dataset { dataset.standing(reference, in: file) }
}
