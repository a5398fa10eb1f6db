import Glibc

/// Keeps two downloads into one folder from doing the same work twice.
///
/// Nothing depends on it: file systems over networks may let two have it, and then the same files are made twice and
/// renamed into each other's place.
final class DownloadLock {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Nil as long as another one has it.
  static func take(_ path: String) throws(ExportError) -> DownloadLock? {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      // The one before has finished, and taken the folder away.
      if errno == ENOENT { return nil }
      throw .file(path: path, code: errno)
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      return nil
    }
    // A file system without locks gives none: going on is right, as said above.
    var held = stat()
    var named = stat()
    guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino else {
      close(descriptor)
      return nil
    }
    return DownloadLock(descriptor: descriptor)
  }
}
