import ArgumentParser
import Glibc
import PixLaunch

/// Where results go. Whoever reads them may leave early: the rest is then not made.
enum StandardOutput {
  /// Throws the status to end with: 0 where the reader has left, 1 where nothing more can be written.
  static func write(_ text: String) throws(ExitCode) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR {
        if errno == EPIPE { throw .success }
        Failure.tell("standard output: \(String(cString: strerror(errno)))")
        throw ExitStatus.other
      }
    }
  }
}
