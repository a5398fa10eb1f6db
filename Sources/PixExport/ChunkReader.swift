import Glibc
import PixDecode

/// The entries of an archive that is a file here, in the archive's order, each unpacked and proven.
///
/// One entry is in memory at a time, with what it was packed in: at most `ZipLimits.entryBytes` of each.
struct ChunkReader: ~Copyable {
  enum Item {
    case entry(ZipEntry, ByteBuffer)
    /// It cannot be read; the ones after it can.
    case refused(ZipEntry, ZipError)
  }

  private static let readBytes = 256 << 10

  /// From the archive's directory, or once it has been met where there is none that can be read.
  private(set) var metadata: ChunkMetadata?
  /// Entries whose names promise an image; nil without a readable directory.
  private(set) var promisedImages: Int?
  private let descriptor: Int32
  private var scanner = ZipScanner()
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readBytes, alignment: 16)
  /// What of the buffer has not been scanned.
  private var unread = 0..<0
  private var isOver = false

  init(_ path: String) throws(ExportError) {
    // A pipe that nobody writes to is not waited for.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .file(path: path, code: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .file(path: path, code: EINVAL) }
    guard let directory = readDirectory(archiveSize: Int(status.st_size)) else { return }
    scanner.learn(directory.entries)
    promisedImages = directory.entries.count {
      EntryRole($0.name) == .candidate && EntryRole.promisesImage($0.name)
    }
    metadata = readMetadata(directory)
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// The next entry, folders' and all; nil behind the last one, once the directory has agreed with what was read.
  mutating func next() throws(ZipError) -> Item? {
    while !isOver {
      var input = UnsafeRawBufferPointer(rebasing: buffer[unread])
      let step = try scanner.next(&input)
      unread = unread.upperBound - input.count..<unread.upperBound
      switch step {
      case .needsBytes:
        guard try fill() else {
          isOver = true
          try scanner.finish()
          return nil
        }
      case .found: try scanner.keep()
      case .needsRoom: try scanner.grant()
      case .whole(let packed): return try unpack(packed)
      case .refused(let entry, let error): return .refused(entry, error)
      case .needsDirectory(let entry): throw .needsDirectory(entry: entry.name)
      case .end: isOver = true
      }
    }
    return nil
  }

  private mutating func unpack(_ packed: PackedEntry) throws(ZipError) -> Item {
    let bytes: ByteBuffer
    let isMetadata = metadata == nil && EntryRole(packed.entry.name) == .metadata
    do throws(ZipError) { bytes = try packed.unpacked() } catch {
      // Without it, the entries after it would be given labels that are not theirs.
      if isMetadata { throw error }
      return .refused(packed.entry, error)
    }
    if isMetadata { metadata = try bytes.withBytes { bytes throws(ZipError) in try ChunkMetadata(bytes) } }
    return .entry(packed.entry, bytes)
  }

  /// Returns whether there was more.
  private mutating func fill() throws(ZipError) -> Bool {
    guard let count = ChunkReader.read(descriptor, into: buffer, at: scanner.position) else {
      throw .malformed(offset: scanner.position, reason: "it cannot be read there: \(String(cString: strerror(errno)))")
    }
    unread = 0..<count
    return count > 0
  }

  // MARK: The directory, ahead of time

  /// Nil where there is none that can be read: the entries will tell why, read forward.
  private func readDirectory(archiveSize: Int) -> ZipDirectory? {
    let tailBytes = min(archiveSize, ZipDirectory.tailBytes)
    guard let tail = bytes(archiveSize - tailBytes..<archiveSize) else { return nil }
    let location = tail.withUnsafeBytes { tail in
      try? ZipDirectory.locate(tail: tail, archiveSize: archiveSize)
    }
    guard let location, location.range.count <= ChunkMetadata.longest, let records = bytes(location.range) else {
      return nil
    }
    return records.withUnsafeBytes { try? ZipDirectory($0, at: location) }
  }

  private func readMetadata(_ directory: ZipDirectory) -> ChunkMetadata? {
    guard let entry = directory.entries.first(where: { EntryRole($0.name) == .metadata }),
      max(entry.size, entry.compressedSize) <= ChunkMetadata.longest, entry.offset >= 0,
      let record = bytes(entry.offset..<entry.recordEnds.upperBound)
    else { return nil }
    return record.withUnsafeBytes { record in
      var entries = EntryScanner(entry)
      var input = record
      return try? entries.next(&input)?.unpacked().withBytes { try ChunkMetadata($0) }
    }
  }

  /// As many bytes of a range as the file has; nil where it cannot be read.
  private func bytes(_ range: Range<Int>) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: range.count)
    let count = bytes.withUnsafeMutableBytes { ChunkReader.read(descriptor, into: $0, at: range.lowerBound) }
    guard let count else { return nil }
    bytes.removeLast(range.count - count)
    return bytes
  }

  /// Fills `target` as far as the file goes. Returns how far; nil when the system refuses.
  private static func read(_ descriptor: Int32, into target: UnsafeMutableRawBufferPointer, at offset: Int) -> Int? {
    var filled = 0
    while filled < target.count {
      let count = pread(descriptor, target.baseAddress! + filled, target.count - filled, off_t(offset + filled))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      filled += count
    }
    return filled
  }
}
