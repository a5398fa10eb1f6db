/// What the choice of a Python may ask about files; nothing here changes any.
public protocol FileSystem {
  /// A regular file that this user may run.
  func isExecutable(_ path: String) -> Bool
  func isFolder(_ path: String) -> Bool
  func isReadable(_ path: String) -> Bool
  /// The path without symbolic links; the path itself where nothing lies.
  func resolved(_ path: String) -> String
  /// The first bytes of a file, at most 16 KiB; nil where it cannot be read.
  func beginning(of path: String) -> String?
  /// What lies in a folder; nothing where it cannot be read.
  func names(in folder: String) -> [String]
}
