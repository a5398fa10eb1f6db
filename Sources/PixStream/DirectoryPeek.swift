import PixDecode
import PixRemote

/// Reads an archive's directory, and its `metadata.json` if it has one, by ranged requests: most of the time one, and
/// one more for the metadata. Lives on the transfer thread.
final class DirectoryPeek: @unchecked Sendable {
  struct Content: Sendable {
    var directory: ZipDirectory
    /// Where the directory begins, and the last entry's bytes end.
    var start: Int
    /// Nil when there is none.
    var metadata: Result<ChunkMetadata, ZipError>?
    /// The file this was read from.
    var file: ResponseHead
  }

  enum Failure: Error, Equatable {
    case download(RemoteError)
    case archive(ZipError)
  }

  /// A directory record: 46 bytes, a name, and what archivers add.
  private static let recordBytes = 100
  private static let leastTail = 4 << 10

  private let longest: Int
  private let transfers: TransferLoop
  private let request: (Range<Int>) throws(RemoteError) -> TransferRequest
  private let done: (Result<Content, Failure>) -> Void
  private var size: Int?
  /// Whether the server has told the size, rather than the description.
  private var isMeasured = false
  private let firstTail: Int
  /// The archive's last bytes.
  private var tail: [UInt8] = []
  private var file: ResponseHead?
  private var transfer: Int?
  private var isStopped = false

  /// - Parameters:
  ///   - size: bytes of the archive; nil asks the server.
  ///   - entries: about how many the directory lists, where that is known: no more is read than they should take.
  ///   - longest: a directory or metadata of more bytes is not looked at.
  init(
    size: Int?, entries: Int? = nil, longest: Int, transfers: TransferLoop,
    request: @escaping (Range<Int>) throws(RemoteError) -> TransferRequest,
    done: @escaping (Result<Content, Failure>) -> Void
  ) {
    self.size = size
    self.longest = longest
    self.transfers = transfers
    self.request = request
    self.done = done
    let guess = entries.map { min($0, longest) * DirectoryPeek.recordBytes + 1024 } ?? ZipDirectory.tailBytes
    firstTail = max(DirectoryPeek.leastTail, min(guess, longest + ZipDirectory.tailBytes))
  }

  func start() { if size == nil { measure() } else { extendTail(to: firstTail) } }

  /// Ends it without an answer.
  func stop() {
    isStopped = true
    transfer.map(transfers.cancel)
  }

  private func fail(_ error: ZipError) { done(.failure(.archive(error))) }

  /// Asks how large the file is.
  private func measure() {
    isMeasured = true
    fetch(0..<1) { [self] part in
      guard let total = part.head.totalLength else {
        return fail(.unsupported(entry: ZipDirectory.name, reason: "the server does not tell how large the file is"))
      }
      size = total
      extendTail(to: firstTail)
    }
  }

  private func extendTail(to count: Int, then location: ZipDirectory.Location? = nil) {
    guard let size, size > 0 else { return fail(.cutShort(entry: nil, offset: 0)) }
    let range = max(0, size - count)..<size - tail.count
    fetch(range) { [self] part in
      guard part.bytes.count == range.count else { return fail(.cutShort(entry: nil, offset: size)) }
      tail = part.bytes + tail
      location.map(read) ?? locate()
    }
  }

  private func locate() {
    guard let size else { return }
    let isWhole = tail.count >= min(size, ZipDirectory.tailBytes)
    let location: ZipDirectory.Location
    do throws(ZipError) {
      location = try tail.withUnsafeBytes { bytes in
        Result { () throws(ZipError) in try ZipDirectory.locate(tail: bytes, archiveSize: size) }
      }.get()
    } catch {
      // A long comment may lie between.
      return isWhole ? fail(explained(error)) : extendTail(to: ZipDirectory.tailBytes)
    }
    guard location.isAdjacent || isWhole else { return extendTail(to: ZipDirectory.tailBytes) }
    guard location.range.count <= longest else {
      return fail(.size(entry: ZipDirectory.name, declared: location.range.count, found: longest))
    }
    let needed = size - location.range.lowerBound
    if needed > tail.count { extendTail(to: needed, then: location) } else { read(location) }
  }

  /// Says what it is where it is no archive, and short enough to have been seen from its start.
  private func explained(_ error: ZipError) -> ZipError {
    guard tail.count == size else { return error }
    return tail.withUnsafeBytes { bytes in
      var scanner = ZipScanner()
      var input = bytes
      do throws(ZipError) { _ = try scanner.next(&input) } catch { return error }
      return error
    }
  }

  /// What the tail has of a range; nil when that begins before it.
  private func known(_ range: Range<Int>) -> ArraySlice<UInt8>? {
    let tailStart = (size ?? 0) - tail.count
    return range.lowerBound >= tailStart ? tail[range.lowerBound - tailStart..<range.upperBound - tailStart] : nil
  }

  private func read(_ location: ZipDirectory.Location) {
    guard let bytes = known(location.range), let file else { return }
    let directory: ZipDirectory
    do throws(ZipError) {
      directory = try bytes.withUnsafeBytes { bytes in
        Result { () throws(ZipError) in try ZipDirectory(bytes, at: location) }
      }.get()
    } catch { return fail(error) }
    var content = Content(
      directory: directory, start: location.range.lowerBound, metadata: nil, file: file.identity)
    guard let entry = directory.entries.first(where: { EntryRole($0.name) == .metadata }) else {
      return done(.success(content))
    }
    let next = directory.entries.map(\.offset).filter { $0 > entry.offset }.min() ?? content.start
    guard max(entry.size, entry.compressedSize) <= longest, entry.offset < next, next <= content.start else {
      content.metadata = .failure(
        .size(entry: entry.name, declared: max(entry.size, entry.compressedSize), found: longest))
      return done(.success(content))
    }
    let record = entry.offset..<min(next, entry.recordEnds.upperBound)
    if let bytes = known(record) {
      content.metadata = metadata(in: bytes, entry)
      return done(.success(content))
    }
    fetch(record) { [self] part in
      content.metadata = metadata(in: part.bytes[...], entry)
      done(.success(content))
    }
  }

  /// The metadata out of its own entry's bytes.
  private func metadata(in bytes: ArraySlice<UInt8>, _ entry: ZipEntry) -> Result<ChunkMetadata, ZipError> {
    Result { () throws(ZipError) in
      let packed = try bytes.withUnsafeBytes { bytes in
        Result { () throws(ZipError) in
          var scanner = EntryScanner(entry)
          var input = bytes
          return try scanner.next(&input)
        }
      }.get()
      guard let packed else { throw .cutShort(entry: entry.name, offset: entry.offset + bytes.count) }
      return try packed.unpacked().withBytes { bytes throws(ZipError) in try ChunkMetadata(bytes) }
    }
  }

  private func fetch(_ range: Range<Int>, _ then: @escaping (RangeSink.Part) -> Void) {
    var wanted: TransferRequest
    do throws(RemoteError) { wanted = try request(range) } catch { return done(.failure(.download(error))) }
    wanted.refusesWhole = true
    wanted.expected = file
    transfer = transfers.start(
      wanted,
      into: RangeSink(range.count) { [self] result in
        guard !isStopped else { return }
        switch result {
        // Bytes were asked for that the file does not have.
        case .failure(.status(_, 416, _, _)) where !isMeasured: measure()
        case .failure(.rangeless(_, let total)) where !isMeasured && total != size: measure()
        case .failure(let error): done(.failure(.download(error)))
        case .success(let part): received(part, then)
        }
      })
  }

  private func received(_ part: RangeSink.Part, _ then: (RangeSink.Part) -> Void) {
    if let total = part.head.totalLength, let size, total != size, !isMeasured {
      // The description was wrong.
      isMeasured = true
      self.size = total
      return extendTail(to: firstTail)
    }
    file = file ?? part.head.identity
    then(part)
  }
}
