/// What one chunk has become on disk: a line of the journal, and what `verify` compares with.
struct ChunkRecord: Codable, Sendable, Equatable {
  /// A file that was made, by its path in the dataset's folder.
  struct File: Codable, Sendable, Equatable {
    var path: String
    var size: Int
    var crc32: UInt32?
    var sha256: String?
    var label: String?
    /// What the archive calls it, where that is not its name here.
    var entry: String?

    /// Whether its last name is another than in the archive.
    var isRenamed: Bool {
      func last(_ path: String) -> Substring.UTF8View? { path.utf8.split(separator: UInt8(ascii: "/")).last }
      guard let entry, let old = last(entry), let new = last(path) else { return false }
      return !old.elementsEqual(new)
    }

    /// Whether it lies in the folder, and has a size that a file can have.
    var isUsable: Bool {
      (0...1 << 40).contains(size) && !path.contains("\0")
        && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
    }

    /// A file as it lies in the dataset's folder.
    static func of(_ path: String, in folder: String) throws(ExportError) -> File {
      let file = "\(folder)/\(path)"
      return File(path: path, size: Disk.size(of: file) ?? 0, sha256: try ChunkProof.digest(of: file))
    }
  }

  /// Rows of `images.npy`.
  struct Rows: Codable, Sendable, Equatable {
    var height: Int
    var width: Int
    /// One per row.
    var labels: [String?]
    /// Of the rows' bytes.
    var crc32: UInt32

    fileprivate var isUsable: Bool {
      let edges = 0...1 << 24
      return edges.contains(height) && edges.contains(width) && height * width <= 1 << 30
    }

    var byteCount: Int { labels.count * height * width * 3 }
  }

  /// Place in the dataset's list of chunks.
  var chunk: Int
  var chunkID: String
  var images: Int
  var files: [File] = []
  var rows: Rows?
  var missing: [MissingImage] = []

  /// Whether it can be worked with: a finished folder may come from somebody else.
  var isUsable: Bool {
    (0...1 << 40).contains(images) && files.allSatisfy(\.isUsable) && rows?.isUsable != false
  }
}
