import Glibc

/// A small file that is written aside and renamed: who reads it meanwhile gets all of it, or what was there before.
enum FileReplacement {
  static func aside(_ path: String) -> String { "\(path).new" }

  /// False where it could not be done; `errno` says why, and what was there is still there.
  static func write(_ text: [UInt8], to path: String) -> Bool {
    let aside = aside(path)
    let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return false }
    let count = Glibc.write(descriptor, text, text.count)
    if close(descriptor) == 0, count == text.count, rename(aside, path) == 0 { return true }
    let reason = errno
    unlink(aside)
    errno = reason
    return false
  }
}
