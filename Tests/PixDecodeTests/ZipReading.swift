import Testing

@testable import PixDecode

/// What came of reading an archive.
struct ZipReading: Equatable {
  enum Step: Equatable {
    case whole(String, [UInt8])
    /// Whole, but not what its header says.
    case damaged(String, ZipError)
    case refused(String, ZipError)
    case needsDirectory(String)
    case end
  }

  var steps: [Step] = []
  var error: ZipError?
  /// The entries that were given out or refused.
  var entries: [ZipEntry] = []
  /// How many bytes had been pushed at each step.
  var pushed: [Int] = []
  /// The most memory that one entry asked for.
  var peak = 0
  var growths = 0

  static func of(
    _ archive: [UInt8], push: Int = .max, limits: ZipLimits = ZipLimits(), learning: [ZipEntry] = [],
    skipping skips: Bool = false
  ) -> ZipReading {
    var scanner = ZipScanner(limits: limits)
    if !learning.isEmpty { scanner.learn(learning) }
    return scanner.read(archive[...], push: push, skipping: skips)
  }

  var wholeNames: [String] {
    steps.compactMap { if case .whole(let name, _) = $0 { name } else { nil } }
  }

  /// Whether every byte that was given out is as its headers promise, to the end.
  var isClean: Bool {
    error == nil && steps.last == .end
      && steps.dropLast().allSatisfy { if case .whole = $0 { true } else { false } }
  }
}

extension ZipScanner {
  /// Reads as the engine does, in pieces of `push` bytes, and says that the archive has ended.
  mutating func read(_ archive: ArraySlice<UInt8>, push: Int = .max, skipping skips: Bool = false) -> ZipReading {
    var reading = ZipReading()
    var patience = archive.count * 4 + 10_000
    var start = archive.startIndex
    do throws(ZipError) {
      while start < archive.endIndex {
        let end = start + min(push, archive.endIndex - start)
        let piece = UnsafeMutableRawBufferPointer.copied(Array(archive[start..<end]))
        defer { piece.deallocate() }
        guard try take(UnsafeRawBufferPointer(piece), skips, &reading, &patience) else { return reading }
        for _ in reading.pushed.count..<reading.steps.count { reading.pushed.append(end - archive.startIndex) }
        start = end
      }
      try finish()
    } catch { reading.error = error }
    return reading
  }

  /// Returns whether more bytes are wanted.
  private mutating func take(
    _ piece: UnsafeRawBufferPointer, _ skips: Bool, _ reading: inout ZipReading, _ patience: inout Int
  ) throws(ZipError) -> Bool {
    var input = piece
    while true {
      patience -= 1
      guard patience > 0 else {
        Issue.record("the scanner does not come to an end")
        return false
      }
      switch try next(&input) {
      case .needsBytes:
        #expect(input.isEmpty)
        return true
      case .found(let entry):
        reading.peak = max(reading.peak, bytesToKeep(entry) + bytesToUnpack(entry))
        if skips { try skip() } else { try keep() }
      case .needsRoom(let bytes):
        reading.growths += 1
        reading.peak = max(reading.peak, 2 * bytes)
        try grant()
      case .whole(let packed):
        reading.entries.append(packed.entry)
        do throws(ZipError) {
          reading.steps.append(.whole(packed.entry.name, try packed.unpacked().contents))
        } catch { reading.steps.append(.damaged(packed.entry.name, error)) }
      case .refused(let entry, let error):
        reading.entries.append(entry)
        reading.steps.append(.refused(entry.name, error))
      case .needsDirectory(let entry):
        reading.steps.append(.needsDirectory(entry.name))
        return false
      case .end:
        #expect(input.isEmpty)
        if reading.steps.last != .end { reading.steps.append(.end) }
        return true
      }
    }
  }
}

extension ZipDirectory {
  /// The directory at the end of an archive that is all there.
  init(of archive: [UInt8], tail: Int = ZipDirectory.tailBytes) throws(ZipError) {
    let location = try ZipDirectory.location(in: archive, tail: tail)
    let copy = UnsafeMutableRawBufferPointer.copied(Array(archive[location.range]))
    defer { copy.deallocate() }
    try self.init(UnsafeRawBufferPointer(copy), at: location)
  }

  static func location(in archive: [UInt8], tail: Int = ZipDirectory.tailBytes) throws(ZipError) -> Location {
    let copy = UnsafeMutableRawBufferPointer.copied(archive.suffix(tail))
    defer { copy.deallocate() }
    return try locate(tail: UnsafeRawBufferPointer(copy), archiveSize: archive.count)
  }
}

extension ByteBuffer {
  convenience init(capacity: Int) { self.init(capacity: capacity, from: SystemMemory.shared)! }

  /// A copy of the bytes.
  var contents: [UInt8] { withBytes(Array.init) }
}
