import PixStream

/// Why a chunk is not what its description promises, even fetched a second time.
public enum ChunkDoubt: Error, Sendable, Equatable {
  case digest(chunk: String, declared: String, found: String)
  case length(chunk: String, declared: Int, found: Int)
  /// Its host says that there is no such file, or its archive cannot be read.
  case dataset(DatasetError)

  /// Whether it is about the file and not about what is in it.
  var isOutside: Bool {
    switch self {
    case .digest, .length: true
    case .dataset: false
    }
  }

  /// Whether the archive as a whole is the one that was meant, and only files in it are damaged.
  var isInside: Bool {
    switch self {
    case .dataset(.archive(_, .checksum)), .dataset(.archive(_, .size)): true
    default: false
    }
  }

  /// What went wrong, without the chunk's name.
  var reason: String {
    switch self {
    case .digest(_, let declared, let found):
      "its SHA-256 is declared as \(declared.prefix(12))… and found to be \(found.prefix(12))…"
    case .length(_, let declared, let found): "it is declared to have \(declared) bytes and has \(found)"
    case .dataset(let error): ErrorReport(error, for: .commandLine).message
    }
  }
}
