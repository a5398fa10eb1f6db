import CCodecs

/// An entry whose bytes have all arrived, as they lay in the archive.
public struct PackedEntry: Sendable {
  enum Form: Sendable {
    /// Stored, or inflated while it arrived.
    case plain
    case deflated
  }

  public let entry: ZipEntry
  public let bytes: ByteBuffer
  let form: Form

  /// The file's own bytes, size and checksum proven.
  public func unpacked() throws(ZipError) -> ByteBuffer {
    switch form {
    case .plain:
      try check(bytes)
      return bytes
    case .deflated:
      let inflated = try bytes.withBytes { bytes throws(ZipError) in try inflate(bytes) }
      try check(inflated)
      return inflated
    }
  }

  private func inflate(_ bytes: UnsafeRawBufferPointer) throws(ZipError) -> ByteBuffer {
    guard let output = self.bytes.another(capacity: entry.unpackedCapacity) else {
      throw entry.outOfMemory(entry.unpackedCapacity)
    }
    var inflater = Inflater()
    var input = bytes
    while true {
      guard let (written, progress) = inflater.inflate(&input, into: output.room) else {
        throw .malformed(offset: entry.offset, reason: "the deflate data of \(entry.name) is corrupt")
      }
      output.advance(by: written)
      switch progress {
      case .ended where !input.isEmpty:
        throw .malformed(
          offset: entry.offset,
          reason: "the deflate data of \(entry.name) ends \(input.count) bytes before its declared end")
      case .ended: return output
      case .needsRoom: throw .size(entry: entry.name, declared: entry.size, found: output.count)
      case .needsInput where input.isEmpty || written == 0:
        throw .malformed(offset: entry.offset, reason: "the deflate data of \(entry.name) ends early")
      case .needsInput: continue
      }
    }
  }

  private func check(_ content: ByteBuffer) throws(ZipError) {
    guard content.count == entry.size else {
      throw .size(entry: entry.name, declared: entry.size, found: content.count)
    }
    let found = content.withBytes { Checksum.crc32(of: $0) }
    guard found == entry.crc32 else {
      throw .checksum(entry: entry.name, declared: entry.crc32, found: found)
    }
  }
}
