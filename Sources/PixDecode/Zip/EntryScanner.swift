/// Reads one entry that the directory lists, out of the bytes of its own record, as they arrive.
public struct EntryScanner: ~Copyable {
  private let listed: ZipEntry
  private var scanner: ZipScanner

  public init(_ listed: ZipEntry, memory: (any BufferMemory)? = nil) {
    self.listed = listed
    scanner = ZipScanner(memory: memory)
    scanner.learn([listed])
    // As one of many: only an archive's first record is asked whether this is an archive at all.
    scanner.rewind(to: EntryPlace(ordinal: 1, offset: listed.offset))
  }

  /// Memory that the entry takes, unpacking included.
  public var bytesNeeded: Int { scanner.bytesToKeep(listed) + scanner.bytesToUnpack(listed) }

  /// The entry, once it is whole; nil when more bytes are needed.
  ///
  /// Its own header has been compared with the directory before any memory was taken.
  public mutating func next(_ input: inout UnsafeRawBufferPointer) throws(ZipError) -> PackedEntry? {
    while true {
      switch try scanner.next(&input) {
      case .needsBytes: return nil
      case .found(let entry):
        try entry.agree(with: listed)
        try scanner.keep()
      case .whole(let packed): return packed
      case .refused(_, let error): throw error
      case .needsRoom: try scanner.grant()
      case .needsDirectory(let entry): throw .needsDirectory(entry: entry.name)
      case .end:
        throw .malformed(offset: listed.offset, reason: "there is no entry where the directory lists \(listed.name)")
      }
    }
  }
}
