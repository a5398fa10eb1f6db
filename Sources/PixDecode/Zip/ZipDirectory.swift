/// The central directory: what an archive's end says of all its entries (APPNOTE 4.3.12 to 4.3.16).
public struct ZipDirectory: Sendable, Equatable {
  /// Bytes from the archive's end in which its end record must lie: the record and the longest comment.
  public static let tailBytes = 22 + 65_535 + 20 + 56

  /// What errors call it.
  public static let name = "the central directory"

  public var entries: [ZipEntry]

  /// Where the directory lies.
  public struct Location: Sendable, Equatable {
    public var range: Range<Int>
    var count: Int
    /// Whether its end record begins where it ends.
    public var isAdjacent: Bool
  }

  /// Finds the directory from the last bytes of an archive of `archiveSize` bytes.
  ///
  /// A comment may hold bytes that look like an end record: one with the directory right before it comes first.
  public static func locate(tail: UnsafeRawBufferPointer, archiveSize: Int) throws(ZipError) -> Location {
    let tailStart = archiveSize - tail.count
    var doubtful: Result<Location, ZipError>?
    for position in stride(from: tail.count - ZipRecords.endBytes, through: 0, by: -1) {
      var reader = ByteReader(tail, at: position)
      guard reader.uint32() == ZipRecords.endSignature, reader.skip(6), let count = reader.uint16(),
        let size = reader.uint32(), let offset = reader.uint32(), let comment = reader.uint16(),
        reader.remaining >= Int(comment)
      else { continue }
      let location = Result { () throws(ZipError) in
        if let wide = try location64(tail: tail, tailStart: tailStart, endRecord: position) { return wide }
        return try Location(
          checking: Int(offset), size: Int(size), count: Int(count), before: tailStart + position)
      }
      if case .success(let location) = location, location.isAdjacent { return location }
      doubtful = doubtful ?? location
    }
    guard let doubtful else { throw .cutShort(entry: nil, offset: archiveSize) }
    return try doubtful.get()
  }

  private static func location64(
    tail: UnsafeRawBufferPointer, tailStart: Int, endRecord: Int
  ) throws(ZipError) -> Location? {
    let locator = endRecord - ZipRecords.locator64Bytes
    guard locator >= 0 else { return nil }
    var reader = ByteReader(tail, at: locator)
    guard reader.uint32() == ZipRecords.locator64Signature, reader.skip(4), let offset = reader.uint64()
    else { return nil }
    let place = Int(clamping: offset) - tailStart
    guard place >= 0, place <= locator - ZipRecords.end64Bytes else {
      throw .malformed(offset: tailStart + locator, reason: "the zip64 locator points nowhere")
    }
    var record = ByteReader(tail, at: place)
    guard record.uint32() == ZipRecords.end64Signature, record.skip(28), let count = record.uint64(),
      let size = record.uint64(), let start = record.uint64()
    else { throw .malformed(offset: tailStart + place, reason: "there is no zip64 end record") }
    return try Location(
      checking: Int(clamping: start), size: Int(clamping: size), count: Int(clamping: count),
      before: tailStart + place)
  }

  /// Reads the directory's own bytes, which begin at `location.range.lowerBound`.
  public init(_ bytes: UnsafeRawBufferPointer, at location: Location) throws(ZipError) {
    var entries: [ZipEntry] = []
    var position = 0
    while position < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[position...])
      let place = location.range.lowerBound + position
      guard ZipRecords.signature(rest) == ZipRecords.centralSignature,
        let length = ZipRecords.centralRecordLength(rest), length <= rest.count
      else { throw .malformed(offset: place, reason: "a directory record is broken") }
      entries.append(try ZipRecords.centralRecord(rest, ordinal: entries.count, at: place))
      position += length
    }
    guard entries.count == location.count || entries.count & 0xFFFF == location.count else {
      throw .entryCount(declared: location.count, found: entries.count)
    }
    self.entries = entries
  }
}

extension ZipDirectory.Location {
  fileprivate init(checking offset: Int, size: Int, count: Int, before limit: Int) throws(ZipError) {
    guard offset >= 0, size >= 0, offset <= limit, size <= limit - offset else {
      throw .malformed(offset: limit, reason: "the end record points outside the archive")
    }
    self.init(range: offset..<offset + size, count: count, isAdjacent: offset + size == limit)
  }
}
