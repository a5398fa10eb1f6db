import PixDecode
import PixRemote

/// Why a dataset, a chunk or an image could not be read: what every room below says, with the place added.
public enum DatasetError: Error, Sendable, Equatable {
  /// While finding or describing the dataset.
  case remote(RemoteError)
  /// The service wants a key, and there was none to send.
  case keyless(RemoteError, KeySearch)
  /// A chunk's bytes did not come.
  case download(chunk: String, RemoteError)
  /// A chunk's bytes came, but fewer than its description promises.
  case short(chunk: String, declared: Int, found: Int, entry: String?)
  case archive(chunk: String, ZipError)
  case image(chunk: String, entry: String, DecodeError)
  /// Images the description promises and images the archive holds.
  case count(chunk: String, declared: Int?, found: Int)
  /// A batch needs images of one shape.
  case shapes(chunk: String, first: String, firstShape: ImageShape, other: String, otherShape: ImageShape)
  /// The description's count of images and the directory's, where an image's number must lead to it.
  case misnumbered(chunk: String, declared: Int, found: Int)
  case noSuchSample(number: Int, count: Int)
  /// The server gives no parts of the chunk, and the whole of it does not fit into the memory limit.
  case rangeless(chunk: String, needed: Int, limit: Int)
  case empty(dataset: String)
  /// One item would take more memory than there can be.
  case memory(needed: Int?, limit: Int)
  /// The chunks hold more images than the description counts in all.
  case uncounted(dataset: String, declared: Int)
  /// All images together take more memory than the machine has.
  case arrays(needed: Int?, available: Int)
  /// A chunk that can only be read whole does not fit into the memory limit.
  case unstreamable(chunk: String, entry: String, needed: Int, limit: Int)
  /// `metadata.json` names other labels than the images before it were given.
  case lateLabels(chunk: String, entry: String)
  case closed
  case cancelled
}
