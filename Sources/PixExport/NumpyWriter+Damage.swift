import Glibc
import PixDecode

extension NumpyWriter {
  /// What is wrong with a chunk's rows of `images.npy`, or with its start; nil when nothing is.
  ///
  /// - Parameters:
  ///   - first: the chunk's first row.
  ///   - count: rows of all chunks.
  static func damage(of rows: ChunkRecord.Rows, from first: Int, of count: Int, in folder: String) -> String? {
    let descriptor = open("\(folder)/\(imagesFile)", O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return errno == ENOENT ? "it is not there" : "it cannot be read" }
    defer { close(descriptor) }
    let header = ArrayHeader(type: imagesType, shape: [count, rows.height, rows.width, 3]).bytes
    if first == 0, !rows.labels.isEmpty {
      guard let found = read(descriptor, header.count, at: 0) else { return "it cannot be read" }
      guard found == header else { return "its header is not the one that was written" }
    }
    var offset = header.count + first * rows.height * rows.width * 3
    var left = rows.byteCount
    var crc32: UInt32 = 0
    while left > 0 {
      guard let bytes = read(descriptor, min(left, 1 << 20), at: offset) else { return "it cannot be read" }
      guard !bytes.isEmpty else { return "the file ends before them" }
      crc32 = bytes.withUnsafeBytes { Checksum.crc32(of: $0, continuing: crc32) }
      offset += bytes.count
      left -= bytes.count
    }
    return crc32 == rows.crc32 ? nil : "their bytes are not those that were written (CRC-32)"
  }

  /// Up to `count` bytes, none at the end; nil where the system refuses.
  private static func read(_ descriptor: Int32, _ count: Int, at offset: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var found = -1
    repeat { found = pread(descriptor, &bytes, count, off_t(offset)) } while found < 0 && errno == EINTR
    return found < 0 ? nil : Array(bytes.prefix(found))
  }
}
