import Glibc
import PixDecode

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

  /// Of bytes that must be there.
  func checksum(of range: Range<Int>) throws(ExportError) -> UInt32 {
    let slice = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { slice.deallocate() }
    var checksum: UInt32 = 0
    var position = range.lowerBound
    while position < range.upperBound {
      let wanted = min(slice.count, range.upperBound - position)
      let count = pread(descriptor, slice.baseAddress, wanted, off_t(position))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .file(path: path, code: count < 0 ? errno : EIO) }
      checksum = Checksum.crc32(of: UnsafeRawBufferPointer(rebasing: slice[..<count]), continuing: checksum)
      position += count
    }
    return checksum
  }

  func resize(to size: Int) throws(ExportError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw .file(path: path, code: errno) }
  }

  /// Waits until the disk has its bytes.
  func sync() throws(ExportError) {
    guard fdatasync(descriptor) == 0 else { throw .file(path: path, code: errno) }
  }
}
