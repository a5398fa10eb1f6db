import Crypto
import FoundationEssentials
import Glibc

/// What a download is of, and what each of its chunks has become: lines of JSON, written as the work goes on.
///
/// A line that was being written when the process was killed is as if it were not there.
struct Journal {
  /// The last line of a finished folder's record.
  struct Seal: Codable, Equatable {
    /// Files that belong to no single chunk.
    var files: [ChunkRecord.File]
    /// Digest of the lines before, and of `files` as a line.
    var sha256: String

    init(files: [ChunkRecord.File], after text: some Sequence<UInt8>) {
      self.files = files
      sha256 = SHA256.hash(data: Array(text) + JSONLine.bytes(of: files)).hexadecimal
    }
  }

  let identity: ExportIdentity
  /// Those of the chunks 0, 1, …, without a gap.
  private(set) var records: [ChunkRecord] = []
  private(set) var seal: Seal?

  init(_ identity: ExportIdentity) { self.identity = identity }

  // MARK: On disk

  /// Nil where there is none that can be gone on with.
  init?(unfinished path: String) {
    guard let bytes = try? Disk.read(path) else { return nil }
    var lines = Journal.lines(of: bytes)[...]
    guard let first = lines.popFirst(), let identity: ExportIdentity = Journal.decode(first),
      identity.formatVersion == ExportIdentity.knownFormatVersion
    else { return nil }
    self.init(identity)
    for line in lines {
      guard let record: ChunkRecord = Journal.decode(line), record.chunk == records.count, record.isUsable else {
        break
      }
      records.append(record)
    }
  }

  /// The record of a finished folder.
  init(finished path: String) throws(ExportError) {
    let bytes = try Disk.read(path)
    let lines = Journal.lines(of: bytes)
    guard let first = lines.first, let identity: ExportIdentity = Journal.decode(first) else {
      throw .record(path: path, reason: "its first line does not say what the folder is")
    }
    guard identity.formatVersion <= ExportIdentity.knownFormatVersion else {
      throw .record(path: path, reason: "a newer pixcrawler has written it")
    }
    guard let last = lines.last, let seal: Seal = Journal.decode(last),
      seal == Seal(files: seal.files, after: bytes[..<last.startIndex])
    else { throw .record(path: path, reason: "it is not as it was written") }
    guard seal.files.allSatisfy(\.isUsable) else {
      throw .record(path: path, reason: "its last line names what no download makes")
    }
    self.init(identity)
    self.seal = seal
    for line in lines.dropFirst().dropLast() {
      guard let record: ChunkRecord = Journal.decode(line), record.chunk == records.count, record.isUsable else {
        throw .record(path: path, reason: "line \(records.count + 2) is no chunk's")
      }
      records.append(record)
    }
  }

  private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let newline = UInt8(ascii: "\n")
    guard let end = bytes.lastIndex(of: newline) else { return [] }
    return bytes[..<end].split(separator: newline)
  }

  /// Begins the file anew, with what is known: a line that was broken off would spoil the one that is added to it.
  func begin(_ path: String) throws(ExportError) { try Disk.write(text, to: path) }

  private var text: [UInt8] { records.reduce(into: JSONLine.bytes(of: identity)) { $0 += JSONLine.bytes(of: $1) } }

  mutating func append(_ record: ChunkRecord, to path: String) throws(ExportError) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, code: errno) }
    defer { Glibc.close(descriptor) }
    let failure = JSONLine.bytes(of: record).withUnsafeBytes { Disk.append($0, to: descriptor) }
    if let failure { throw .file(path: path, code: failure) }
    fdatasync(descriptor)
    records.append(record)
  }

  mutating func replace(_ record: ChunkRecord) { records[record.chunk] = record }

  /// Writes the record of a finished folder.
  mutating func close(with files: [ChunkRecord.File], to path: String) throws(ExportError) {
    let bytes = text
    let seal = Seal(files: files, after: bytes)
    try Disk.write(bytes + JSONLine.bytes(of: seal), to: path)
    self.seal = seal
  }

  // MARK: Lines

  private static func decode<Value: Decodable>(_ line: ArraySlice<UInt8>) -> Value? {
    try? JSONDecoder().decode(Value.self, from: Data(line))
  }
}
