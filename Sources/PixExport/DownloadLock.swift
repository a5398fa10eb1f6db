import Glibc

/// Keeps two downloads into one folder from doing the same work twice.
///
/// Nothing depends on it: file systems over networks may let two have it, and then each makes the same in a folder of its
/// own, and the first to finish gives it its name.
final class DownloadLock {
  private let descriptor: Int32
  /// Whether nobody else can have it: whether the file system refuses it to a second one.
  let isSure: Bool

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    let second = open(path, O_RDWR | O_CLOEXEC)
    isSure = second >= 0 && flock(second, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    if second >= 0 { close(second) }
  }

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
    return DownloadLock(descriptor: descriptor, path: path)
  }
}
