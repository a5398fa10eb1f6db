/// Reads an archive forward, as its bytes arrive, and gives out each entry the moment it is whole.
///
/// Pushed bytes go in through `next`, which is called until it says `needsBytes` or `end`. The central directory,
/// which comes last, is compared with everything that was given out.
public struct ZipScanner: ~Copyable {
  public enum Step {
    case needsBytes
    /// A header: answer with `keep` or `skip`.
    case found(ZipEntry)
    /// The entry that is arriving inflates further: answer with `grant` once there is room for so many bytes more.
    case needsRoom(Int)
    case whole(PackedEntry)
    /// This entry cannot be read; the ones after it can.
    case refused(ZipEntry, ZipError)
    /// Where this entry ends is only in the directory: answer with `learn`.
    case needsDirectory(ZipEntry)
    /// The directory was read and agrees.
    case end
  }

  private enum State {
    case header
    case decision(ZipEntry)
    case filling(ZipEntry, ByteBuffer)
    case skipping(ZipEntry, remaining: Int)
    case inflating(ZipEntry, ByteBuffer, Tally, isKept: Bool)
    /// The descriptor completes the entry.
    case descriptor(ZipEntry, ByteBuffer?, compressed: Int)
    /// The descriptor repeats what is known.
    case knownDescriptor
    case directory
    case done
  }

  /// What an entry of unknown size has come to so far.
  private struct Tally {
    var compressed = 0
    var inflated = 0
  }

  private static let firstRoom = 64 << 10

  private let limits: ZipLimits
  private let memory: any BufferMemory
  private var state = State.header
  private var inflater = Inflater()
  /// The start of the record that is being read.
  private var scratch: [UInt8] = []
  private var nextOrdinal = 0
  private var directoryStart = 0
  private var ledger = ZipLedger()
  private var known: [Int: ZipEntry] = [:]
  /// Bytes of the archive read so far.
  public private(set) var position = 0

  public init(limits: ZipLimits = ZipLimits(), memory: (any BufferMemory)? = nil) {
    self.limits = limits
    self.memory = memory ?? SystemMemory.shared
  }

  // MARK: Answers

  /// Takes the entry that was found, and `bytesToKeep` of memory for it.
  public mutating func keep() throws(ZipError) { try begin(isKept: true) }

  public mutating func skip() throws(ZipError) { try begin(isKept: false) }

  private mutating func begin(isKept: Bool) throws(ZipError) {
    guard case .decision(let entry) = state else { return }
    if endIsUnknown(entry) {
      state = .inflating(entry, try room(ZipScanner.firstRoom, for: entry), Tally(), isKept: isKept)
      inflater = Inflater()
    } else if isKept {
      state = .filling(entry, try room(entry.compressedSize, for: entry))
    } else {
      state = .skipping(entry, remaining: entry.compressedSize)
    }
  }

  private func room(_ capacity: Int, for entry: ZipEntry) throws(ZipError) -> ByteBuffer {
    guard let buffer = ByteBuffer(capacity: capacity, from: memory) else { throw entry.outOfMemory(capacity) }
    return buffer
  }

  /// Memory that `keep` takes at once.
  public func bytesToKeep(_ entry: ZipEntry) -> Int {
    memory.footprint(of: endIsUnknown(entry) ? ZipScanner.firstRoom : entry.compressedSize)
  }

  /// Memory that unpacking takes beside that, once the entry is whole.
  public func bytesToUnpack(_ entry: ZipEntry) -> Int {
    endIsUnknown(entry) || entry.method != ZipEntry.deflated ? 0 : memory.footprint(of: entry.unpackedCapacity)
  }

  public mutating func grant() throws(ZipError) {
    guard case .inflating(let entry, let buffer, _, isKept: true) = state else { return }
    guard buffer.grow(to: buffer.capacity * 2) else { throw entry.outOfMemory(buffer.capacity * 2) }
  }

  /// Tells sizes from the central directory ahead of time.
  public mutating func learn(_ directory: [ZipEntry]) {
    for entry in directory { known[entry.offset] = entry }
    if case .decision(let entry) = state { state = .decision(completed(entry)) }
  }

  /// Goes back to where an entry begins; bytes are expected from there.
  public mutating func rewind(to place: EntryPlace) {
    // A descriptor that lies in the way has no entry to begin with.
    if case .knownDescriptor = state, place == self.place {} else { state = .header }
    scratch.removeAll()
    nextOrdinal = place.ordinal
    position = place.offset
    ledger.forget(from: place.ordinal)
  }

  /// Where the entry begins that is being read, or what follows the last one.
  public var place: EntryPlace {
    switch state {
    case .decision(let entry), .filling(let entry, _), .skipping(let entry, _),
      .inflating(let entry, _, _, _),
      .descriptor(let entry, _, _):
      EntryPlace(ordinal: entry.ordinal, offset: entry.offset)
    case .header, .knownDescriptor: EntryPlace(ordinal: nextOrdinal, offset: position - scratch.count)
    case .directory, .done: EntryPlace(ordinal: nextOrdinal, offset: directoryStart)
    }
  }

  /// Whether the header does not tell where the entry ends. Sizes ahead of a descriptor are taken where there is no
  /// other way; deflate data shows its own end.
  private func endIsUnknown(_ entry: ZipEntry) -> Bool {
    guard entry.hasDescriptor, known[entry.offset] == nil else { return false }
    return endsItself(entry) || (entry.compressedSize == 0 && !entry.isDirectory)
  }

  private func endsItself(_ entry: ZipEntry) -> Bool {
    entry.method == ZipEntry.deflated && !entry.isEncrypted
  }

  /// Whether sizes and checksum are known without the descriptor.
  private func isComplete(_ entry: ZipEntry) -> Bool {
    !entry.hasDescriptor || (known[entry.offset] != nil && completed(entry) == entry)
  }

  // MARK: Reading

  public mutating func next(_ input: inout UnsafeRawBufferPointer) throws(ZipError) -> Step {
    while true {
      switch state {
      case .header:
        if let step = try readHeader(&input) { return step }
      case .decision(let entry):
        guard let obstacle = entry.obstacle(limits) else { return .found(entry) }
        try skip()
        return .refused(entry, obstacle)
      case .filling(let entry, let buffer):
        advance(&input, by: buffer.append(input))
        guard buffer.count == entry.compressedSize else { return .needsBytes }
        guard finish(entry, buffer) else { continue }
        return .whole(
          PackedEntry(
            entry: entry, bytes: buffer, form: entry.method == ZipEntry.deflated ? .deflated : .plain))
      case .skipping(let entry, let remaining):
        let count = min(remaining, input.count)
        advance(&input, by: count)
        state = .skipping(entry, remaining: remaining - count)
        guard count == remaining else { return .needsBytes }
        _ = finish(entry, nil)
      case .inflating(let entry, let buffer, let tally, let isKept):
        if let step = try inflate(entry, buffer, tally, isKept: isKept, &input) { return step }
      case .descriptor(let entry, let buffer, let compressed):
        guard fill(to: ZipDescriptor.lookahead, &input) else { return .needsBytes }
        let (found, length) = try ZipDescriptor.match(scratch, entry: entry, compressed: compressed)
        scratch.removeFirst(length)
        state = .header
        ledger.record(found)
        if let buffer { return .whole(PackedEntry(entry: found, bytes: buffer, form: .plain)) }
      case .knownDescriptor:
        guard fill(to: ZipDescriptor.lookahead, &input) else { return .needsBytes }
        scratch.removeFirst(try ZipDescriptor.length(scratch, at: position - scratch.count))
        state = .header
      case .directory:
        guard try readDirectory(&input) else { return .needsBytes }
      case .done:
        advance(&input, by: input.count)
        return .end
      }
    }
  }

  /// The archive has ended; throws when it should not have.
  public func finish() throws(ZipError) {
    switch state {
    case .done: return
    case .filling(let entry, _), .skipping(let entry, _), .inflating(let entry, _, _, _),
      .descriptor(let entry, _, _), .decision(let entry):
      throw .cutShort(entry: entry.name, offset: position)
    case .header where isForeign: throw .notAnArchive(startsWith: ZipScanner.excerpt(scratch))
    case .header, .knownDescriptor, .directory:
      throw .cutShort(entry: nil, offset: position)
    }
  }

  /// Whether what came first is no record of an archive.
  private var isForeign: Bool {
    nextOrdinal == 0 && scratch.count >= 4
      && scratch.withUnsafeBytes(ZipRecords.signature) != ZipRecords.localSignature
  }

  private mutating func advance(_ input: inout UnsafeRawBufferPointer, by count: Int) {
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    position += count
  }

  /// Moves input into `scratch` until that has `count` bytes.
  private mutating func fill(to count: Int, _ input: inout UnsafeRawBufferPointer) -> Bool {
    let moved = min(max(count - scratch.count, 0), input.count)
    scratch.append(contentsOf: input[..<moved])
    advance(&input, by: moved)
    return scratch.count >= count
  }

  /// Parses what `scratch` holds.
  private func record(
    _ parse: (UnsafeRawBufferPointer) throws(ZipError) -> ZipEntry
  ) throws(ZipError) -> ZipEntry {
    try scratch.withUnsafeBytes { bytes in
      Result { () throws(ZipError) in try parse(bytes) }
    }.get()
  }

  /// The entry's data has been read. Returns whether the entry is complete with it.
  private mutating func finish(_ entry: ZipEntry, _ buffer: ByteBuffer?) -> Bool {
    guard isComplete(entry) else {
      state = .descriptor(entry, buffer, compressed: entry.compressedSize)
      return false
    }
    ledger.record(entry)
    state = entry.hasDescriptor ? .knownDescriptor : .header
    return true
  }

  private mutating func readHeader(_ input: inout UnsafeRawBufferPointer) throws(ZipError) -> Step? {
    guard fill(to: 4, &input) else { return .needsBytes }
    let start = position - scratch.count
    switch scratch.withUnsafeBytes(ZipRecords.signature) {
    case ZipRecords.localSignature: break
    case ZipRecords.centralSignature, ZipRecords.endSignature, ZipRecords.end64Signature:
      state = .directory
      directoryStart = start
      return nil
    case ZipRecords.descriptorSignature where start == 0, ZipRecords.unsplitSignature where start == 0:
      scratch.removeAll()
      return nil
    default:
      guard nextOrdinal > 0 else {
        guard fill(to: 16, &input) else { return .needsBytes }
        throw .notAnArchive(startsWith: ZipScanner.excerpt(scratch))
      }
      throw .malformed(offset: start, reason: "there is no entry where one should begin")
    }
    guard fill(to: ZipRecords.localBytes, &input),
      let length = scratch.withUnsafeBytes(ZipRecords.localHeaderLength), fill(to: length, &input)
    else { return .needsBytes }
    guard nextOrdinal < limits.entries else {
      throw .malformed(offset: start, reason: "it has more than \(limits.entries) entries")
    }
    let offset = start
    let ordinal = nextOrdinal
    var entry = try record { bytes throws(ZipError) in
      try ZipRecords.localHeader(bytes, ordinal: ordinal, offset: offset)
    }
    return try decide(&entry)
  }

  /// The entry with the sizes that only the directory knows, where it has been seen.
  private func completed(_ entry: ZipEntry) -> ZipEntry {
    guard entry.hasDescriptor, let listed = known[entry.offset] else { return entry }
    var entry = entry
    entry.compressedSize = listed.compressedSize
    entry.size = listed.size
    entry.crc32 = listed.crc32
    return entry
  }

  private mutating func decide(_ entry: inout ZipEntry) throws(ZipError) -> Step? {
    entry = completed(entry)
    if endIsUnknown(entry) {
      guard endsItself(entry) else { return .needsDirectory(entry) }
      entry.compressedSize = 0
      entry.size = 0
    }
    scratch.removeAll(keepingCapacity: true)
    nextOrdinal += 1
    state = .decision(entry)
    return nil
  }

  private mutating func inflate(
    _ entry: ZipEntry, _ buffer: ByteBuffer, _ before: Tally, isKept: Bool,
    _ input: inout UnsafeRawBufferPointer
  ) throws(ZipError) -> Step? {
    if !isKept { buffer.clear() }
    let available = input.count
    guard let (written, progress) = inflater.inflate(&input, into: buffer.room) else {
      throw .malformed(offset: position, reason: "the deflate data of \(entry.name) is corrupt")
    }
    let consumed = available - input.count
    position += consumed
    buffer.advance(by: written)
    var tally = before
    tally.compressed += consumed
    tally.inflated += written
    state = .inflating(entry, buffer, tally, isKept: isKept)
    try limits.check(entry: entry.name, compressed: tally.compressed, inflated: tally.inflated)
    switch progress {
    case .ended:
      state = .descriptor(entry, isKept ? buffer : nil, compressed: tally.compressed)
      return nil
    case .needsInput: return input.isEmpty ? .needsBytes : nil
    case .needsRoom:
      return isKept ? .needsRoom(memory.footprint(of: buffer.capacity * 2) - buffer.footprint) : nil
    }
  }

  /// One record of the directory at a time. Returns whether there may be another.
  private mutating func readDirectory(_ input: inout UnsafeRawBufferPointer) throws(ZipError) -> Bool {
    guard fill(to: 4, &input) else { return false }
    let start = position - scratch.count
    switch scratch.withUnsafeBytes(ZipRecords.signature) {
    case ZipRecords.centralSignature:
      guard fill(to: ZipRecords.centralBytes, &input),
        let length = scratch.withUnsafeBytes(ZipRecords.centralRecordLength), fill(to: length, &input)
      else { return false }
      let ordinal = ledger.listedCount
      let listed = try record { bytes throws(ZipError) in
        try ZipRecords.centralRecord(bytes, ordinal: ordinal, at: start)
      }
      try ledger.compare(listed)
    case ZipRecords.end64Signature:
      guard fill(to: ZipRecords.end64Bytes, &input) else { return false }
      let (rest, declared) = scratch.withUnsafeBytes { bytes in
        var length = ByteReader(bytes, at: 4)
        var count = ByteReader(bytes, at: 32)
        return (length.uint64() ?? 0, count.uint64() ?? 0)
      }
      guard rest >= 44, rest <= 1 << 20 else {
        throw .malformed(offset: start, reason: "the zip64 end record has an impossible length")
      }
      guard fill(to: 12 + Int(rest), &input) else { return false }
      ledger.close64(declared: declared)
    case ZipRecords.locator64Signature:
      guard fill(to: ZipRecords.locator64Bytes, &input) else { return false }
    case ZipRecords.endSignature:
      guard fill(to: ZipRecords.endBytes, &input) else { return false }
      let declared = scratch.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes, at: 10)
        return reader.uint16() ?? 0
      }
      try ledger.close(declared: Int(declared))
      state = .done
    default:
      throw .malformed(offset: start, reason: "there is no directory record where one should begin")
    }
    scratch.removeAll(keepingCapacity: true)
    return true
  }

  private static func excerpt(_ bytes: [UInt8]) -> String {
    bytes.prefix(16).allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x0A || $0 == 0x0D }
      ? "\"" + String(decoding: bytes.prefix(16), as: UTF8.self) + "\""
      : bytes.prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
        .joined(separator: " ")
  }
}
