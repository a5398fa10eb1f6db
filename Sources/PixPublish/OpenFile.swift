import Foundation

/// A regular file, open for reading: it stays the same one when another takes its name.
final class OpenFile: @unchecked Sendable {
  private let descriptor: Int32
  let status: stat

  /// Nil when there is none that can be read. A pipe that nobody writes to is not waited for.
  init?(_ path: String) {
    var status = stat()
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    self.status = status
  }

  deinit { close(descriptor) }

  /// As many bytes as there are, up to `count`; none behind the end, nor where the file cannot be read.
  func read(_ count: Int, at offset: Int) -> Data {
    var data = Data(count: count)
    var found = -1
    repeat {
      found = data.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, count, off_t(offset)) }
    } while found < 0 && errno == EINTR
    return data.prefix(max(0, found))
  }
}
