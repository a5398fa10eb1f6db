/// What an archive's entry is for, judged by its name alone; whether it is an image, its content tells.
public enum EntryRole: Sendable, Equatable {
  case metadata
  /// Directories, macOS resource forks, hidden files.
  case ignored
  case candidate

  private static let imageExtensions: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif", "bmp", "tif", "tiff", "avif", "heic", "jxl", "jp2",
  ]

  public init(_ name: String) {
    let parts = EntryPath(name).parts
    if EntryPath.plain(name) == ChunkMetadata.name {
      self = .metadata
    } else if name.hasSuffix("/") || parts.first == "__MACOSX"
      || parts.contains(where: { $0.utf8.first == UInt8(ascii: ".") && $0 != ".." })
    {
      self = .ignored
    } else {
      self = .candidate
    }
  }

  /// Whether the name promises an image, so that other content is an error rather than a file to pass over.
  public static func promisesImage(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    return imageExtensions.contains(name[name.index(after: dot)...].lowercased())
  }
}
