import PixDecode
import PixRemote

/// Reads an archive's directory, and its `metadata.json` if it has one, by ranged requests. Lives on the transfer
/// thread.
final class DirectoryPeek: @unchecked Sendable {
  struct Result: Sendable {
    var directory: ZipDirectory
    var metadata: ChunkMetadata?
  }

  private let archiveSize: Int
  private let longest: Int
  private let transfers: TransferLoop
  private let request: (Range<Int>) throws(RemoteError) -> TransferRequest
  private let done: (Result?) -> Void
  private var transfer: Int?
  private var isStopped = false

  /// - Parameters:
  ///   - longest: a directory or metadata of more bytes is not looked at.
  ///   - done: nil when it could not be read, for whatever reason.
  init(
    archiveSize: Int, longest: Int, transfers: TransferLoop,
    request: @escaping (Range<Int>) throws(RemoteError) -> TransferRequest, done: @escaping (Result?) -> Void
  ) {
    self.archiveSize = archiveSize
    self.longest = longest
    self.transfers = transfers
    self.request = request
    self.done = done
  }

  func start() {
    let tail = max(0, archiveSize - ZipDirectory.tailBytes)..<archiveSize
    fetch(tail) { [self] bytes in
      guard
        let location = try? bytes.withUnsafeBytes({
          try ZipDirectory.locate(tail: $0, archiveSize: archiveSize)
        }), location.range.count <= longest
      else { return done(nil) }
      if location.range.lowerBound >= tail.lowerBound {
        let start = location.range.lowerBound - tail.lowerBound
        read(bytes[start..<start + location.range.count], at: location)
      } else {
        fetch(location.range) { [self] bytes in read(bytes[...], at: location) }
      }
    }
  }

  /// Ends it without an answer.
  func stop() {
    isStopped = true
    transfer.map(transfers.cancel)
  }

  private func read(_ bytes: ArraySlice<UInt8>, at location: ZipDirectory.Location) {
    guard let directory = try? bytes.withUnsafeBytes({ try ZipDirectory($0, at: location) }) else {
      return done(nil)
    }
    guard let entry = directory.entries.first(where: { EntryRole($0.name) == .metadata }),
      max(entry.size, entry.compressedSize) <= longest
    else { return done(Result(directory: directory, metadata: nil)) }
    let next = directory.entries.map(\.offset).filter { $0 > entry.offset }.min() ?? location.range.lowerBound
    guard entry.offset < next, next <= archiveSize else { return done(nil) }
    fetch(entry.offset..<next) { [self] bytes in
      done(Result(directory: directory, metadata: metadata(in: bytes, of: directory, at: entry.offset)))
    }
  }

  /// The metadata out of its own entry's bytes.
  private func metadata(in bytes: [UInt8], of directory: ZipDirectory, at offset: Int) -> ChunkMetadata? {
    var scanner = ZipScanner()
    scanner.learn(directory.entries)
    scanner.rewind(to: EntryPlace(ordinal: 1, offset: offset))
    return bytes.withUnsafeBytes { bytes in
      var input = bytes
      while let step = try? scanner.next(&input) {
        switch step {
        case .found: guard (try? scanner.keep()) != nil else { return nil }
        case .needsRoom: guard (try? scanner.grant()) != nil else { return nil }
        case .whole(let packed):
          guard let unpacked = try? packed.unpacked() else { return nil }
          return unpacked.withBytes { try? ChunkMetadata($0) }
        default: return nil
        }
      }
      return nil
    }
  }

  private func fetch(_ range: Range<Int>, _ then: @escaping ([UInt8]) -> Void) {
    guard !range.isEmpty, let request = try? request(range) else { return done(nil) }
    transfer = transfers.start(
      request,
      into: RangeSink(range.count) { [self] bytes in
        guard !isStopped else { return }
        bytes.map(then) ?? done(nil)
      })
  }
}
