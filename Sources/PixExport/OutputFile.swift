import Glibc

/// A file that is being written.
final class OutputFile {
  private let descriptor: Int32
  private let path: String
  private var end = 0

  /// Takes the descriptor over.
  init(_ descriptor: Int32, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
    try write(bytes, at: end)
    end += bytes.count
  }

  func append(_ bytes: [UInt8]) throws(ExportError) {
    try write(bytes, at: end)
    end += bytes.count
  }

  func write(_ bytes: [UInt8], at offset: Int) throws(ExportError) {
    try bytes.withUnsafeBytes { bytes in
      Result { () throws(ExportError) in try write(bytes, at: offset) }
    }.get()
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(ExportError) {
    var written = 0
    while written < bytes.count {
      let count = pwrite(descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(offset + written))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .file(path: path, code: count < 0 ? errno : ENOSPC) }
      written += count
    }
  }

  var size: Int {
    get throws(ExportError) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw .file(path: path, code: errno) }
      return Int(status.st_size)
    }
  }

  func resize(to size: Int) throws(ExportError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw .file(path: path, code: errno) }
  }

  /// Waits until the disk has its bytes.
  func sync() throws(ExportError) {
    guard fdatasync(descriptor) == 0 else { throw .file(path: path, code: errno) }
  }
}
