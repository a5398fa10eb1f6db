import Glibc

/// Reads a local file in slices, as a server would send it.
final class FileChannel: TransferChannel {
  static let sliceBytes = 256 << 10
  private let descriptor: Int32
  private let size: Int
  private let transfer: Transfer

  /// Opens the file and tells the sink its size.
  init(_ transfer: Transfer, path: String) throws(RemoteError) {
    // A pipe that nobody writes to must not stop the transfer thread.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    self.transfer = transfer
    guard descriptor >= 0 else { throw .file(path: path, reason: String(cString: strerror(errno))) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      Glibc.close(descriptor)
      throw .file(path: path, reason: "not a regular file")
    }
    size = status.st_size
    let head = ResponseHead(
      status: 200,
      fields: ["content-length": String(status.st_size), "accept-ranges": "bytes"])
    do { _ = try transfer.accept(head) } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  /// Delivers the next slice. Returns false at the end, which is where it was when the file was opened.
  func pump(into buffer: UnsafeMutableRawBufferPointer) throws(RemoteError) -> Bool {
    let wanted = min(buffer.count, size - transfer.position)
    guard wanted > 0 else { return false }
    var count: Int
    repeat {
      count = pread(descriptor, buffer.baseAddress, wanted, transfer.position)
    } while count < 0 && errno == EINTR
    guard count >= 0 else {
      throw .file(
        path: transfer.resource.publicURL.description, reason: String(cString: strerror(errno)))
    }
    guard count > 0 else {
      throw .changed(
        url: transfer.resource.publicURL, before: "\(size) bytes", after: "\(transfer.position) bytes")
    }
    transfer.deliver(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    return !transfer.isSated
  }

  func resume() {}
  func close() { Glibc.close(descriptor) }
}
