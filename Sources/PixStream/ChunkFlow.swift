import PixDecode
import PixRemote

/// One chunk's bytes on their way through the zip scanner into the window. Lives on the transfer thread.
///
/// The chunk is read forward. When the first entry is not `metadata.json`, the directory is looked at first, by a
/// ranged request, since labels and sizes may only be there; the chunks after such a one begin with that. A server
/// without ranges is read without it, and an archive that cannot be read forward at all is taken into memory whole.
final class ChunkFlow: @unchecked Sendable {
  private enum Need {
    case entry(ZipEntry, bytes: Int)
    case growth(bytes: Int)
    case metadata(ZipEntry, bytes: Int)
    case spool(bytes: Int)

    var bytes: Int {
      switch self {
      case .entry(_, let bytes), .growth(let bytes), .metadata(_, let bytes), .spool(let bytes): bytes
      }
    }
  }

  private enum Peek {
    case untried
    case running(DirectoryPeek)
    case done
  }

  private let chunk: ChunkReference
  private let position: Int
  private let locator: DatasetLocator
  private let transfers: TransferLoop
  private let memoryLimit: Int
  private let stream: SampleStream

  private var epoch: Int
  private var transfer: (id: Int, sink: ChunkSink)?
  private var scanner: ZipScanner
  private var labels: LabelRule
  private var head: ResponseHead?
  private var need: Need?
  /// Memory admitted for the entry that is arriving.
  private var admitted = 0
  private var isMetadataArriving = false
  private var peek = Peek.untried
  /// Given out before any metadata was seen.
  private var labeled: [(entry: String, label: Label?)] = []
  private var spool: MemoryFile?
  private var isSpooling = false
  private var spooled = 0

  init(
    _ chunk: ChunkReference, at position: Int, epoch: Int, locator: DatasetLocator,
    transfers: TransferLoop, memoryLimit: Int, stream: SampleStream
  ) {
    self.chunk = chunk
    self.position = position
    self.epoch = epoch
    self.locator = locator
    self.transfers = transfers
    self.memoryLimit = memoryLimit
    self.stream = stream
    scanner = ZipScanner(memory: stream.budget)
    labels = LabelRule(chunkLabel: chunk.label)
  }

  // MARK: Steering

  /// - Parameter looksAtDirectory: whether to begin with the directory, where the chunk's size is known.
  func start(looksAtDirectory: Bool) {
    if looksAtDirectory, let size = chunk.sizeBytes {
      // The description may lie about the size: the server's answer gets another try.
      startPeek(archiveSize: size, whenItFails: .untried)
    } else {
      fetch(from: 0)
    }
  }

  func resume() {
    if let transfer { transfers.resume(transfer.id) }
  }

  /// Reads again from a place that lies behind.
  func restart(epoch: Int, from place: EntryPlace) {
    self.epoch = epoch
    stop()
    // Nothing has been spooled: that begins when every entry before has been granted its place.
    if isSpooling { spool = nil }
    isSpooling = false
    scanner.rewind(to: place)
    need = nil
    admitted = 0
    isMetadataArriving = false
    fetch(from: place.offset)
  }

  /// Ends its transfer; nothing more is heard of it.
  func stop() {
    if let transfer {
      transfers.cancel(transfer.id)
      transfer.sink.detach()
    }
    transfer = nil
    if case .running(let running) = peek {
      running.stop()
      peek = .untried
    }
  }

  private func fetch(from offset: Int) {
    do throws(RemoteError) {
      let range = offset > 0 ? offset..<Int.max : nil
      let sink = ChunkSink(self)
      transfer = (transfers.start(try request(range), into: sink), sink)
    } catch { fail(.download(chunk: chunk.chunkID, error)) }
  }

  /// Reads on where it stopped.
  private func refetch() {
    let place = scanner.place
    scanner.rewind(to: place)
    fetch(from: place.offset)
  }

  private func request(_ range: Range<Int>?) throws(RemoteError) -> TransferRequest {
    if let spool, !isSpooling {
      return TransferRequest(spool.resource, range: range, policy: locator.policy)
    }
    var request = try locator.request(for: chunk, range: range)
    request.onRetry = { [notes = stream.notes, id = chunk.chunkID] error, pause in
      notes.add(.retrying(chunk: id, after: error, pause: pause))
    }
    return request
  }

  private func fail(_ error: DatasetError) {
    stop()
    stream.ended(position, epoch, error)
  }

  // MARK: From the transfer

  func opened(_ head: ResponseHead) {
    if let before = self.head?.validator, let after = head.validator, before != after {
      let url = (try? request(nil))?.resource.publicURL ?? PublicURL(chunk.url)
      return fail(.download(chunk: chunk.chunkID, .changed(url: url, before: before, after: after)))
    }
    self.head = self.head ?? head
  }

  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow {
    if isSpooling { return spool(bytes) }
    var input = bytes
    do throws(DatasetError) {
      return try scan(&input) ? .more : .hold(taken: bytes.count - input.count)
    } catch .cancelled {
      return .stop
    } catch {
      fail(error)
      return .stop
    }
  }

  func closed(_ error: RemoteError?) {
    transfer = nil
    if let error { return fail(.download(chunk: chunk.chunkID, error)) }
    if isSpooling {
      isSpooling = false
      head = nil
      peek = .untried
      return refetch()
    }
    do throws(ZipError) {
      try scanner.finish()
      stream.ended(position, epoch, nil)
    } catch { fail(explained(error)) }
  }

  private func explained(_ error: ZipError) -> DatasetError {
    if case .cutShort(let entry, let found) = error, let declared = chunk.sizeBytes, found < declared {
      return .short(chunk: chunk.chunkID, declared: declared, found: found, entry: entry)
    }
    return .archive(chunk: chunk.chunkID, error)
  }

  /// Scans what has come. Returns false when the rest must wait.
  private func scan(_ input: inout UnsafeRawBufferPointer) throws(DatasetError) -> Bool {
    while true {
      if let need {
        guard try admit(need) else { return false }
        self.need = nil
      }
      let step: ZipScanner.Step
      do throws(ZipError) { step = try scanner.next(&input) } catch { throw explained(error) }
      switch step {
      case .needsBytes, .end: return true
      case .found(let entry):
        guard try found(entry) else { return false }
      case .needsRoom(let bytes): need = .growth(bytes: bytes)
      case .whole(let packed): try whole(packed)
      case .refused(let entry, let error):
        if EntryRole(entry.name) == .candidate {
          stream.refused(position, epoch, entry, .archive(chunk: chunk.chunkID, error))
        }
      case .needsDirectory(let entry):
        if beginPeek() { return false }
        try beginSpooling(for: entry)
        return false
      }
    }
  }

  private func admit(_ need: Need) throws(DatasetError) -> Bool {
    let place: EntryPlace? = if case .spool = need { nil } else { scanner.place }
    switch stream.admit(position, epoch, need.bytes, at: place) {
    case .wait: return false
    case .stale: throw .cancelled
    case .granted: break
    }
    do throws(ZipError) {
      switch need {
      case .entry: try scanner.keep()
      case .metadata:
        isMetadataArriving = true
        try scanner.keep()
      case .growth: try scanner.grant()
      case .spool: return true
      }
    } catch { throw .archive(chunk: chunk.chunkID, error) }
    admitted += need.bytes
    return true
  }

  /// Decides about an entry. Returns false when the directory is to be looked at first.
  private func found(_ entry: ZipEntry) throws(DatasetError) -> Bool {
    let bytes = scanner.bytesToKeep(entry) + scanner.bytesToUnpack(entry)
    switch EntryRole(entry.name) {
    case .ignored: try skip()
    case .metadata where labels.metadata != nil: try skip()
    case .metadata:
      guard max(entry.size, entry.compressedSize) <= ChunkMetadata.longest else {
        throw .archive(
          chunk: chunk.chunkID,
          .size(entry: entry.name, declared: entry.size, found: ChunkMetadata.longest))
      }
      need = .metadata(entry, bytes: bytes)
    case .candidate:
      if labels.metadata == nil, beginPeek() { return false }
      need = .entry(entry, bytes: bytes)
    }
    return true
  }

  private func skip() throws(DatasetError) {
    do throws(ZipError) { try scanner.skip() } catch { throw .archive(chunk: chunk.chunkID, error) }
  }

  private func whole(_ packed: PackedEntry) throws(DatasetError) {
    let bytes = admitted
    admitted = 0
    if isMetadataArriving {
      isMetadataArriving = false
      do throws(ZipError) {
        labels.metadata = try packed.unpacked().withBytes { bytes throws(ZipError) in try ChunkMetadata(bytes) }
      } catch { throw .archive(chunk: chunk.chunkID, error) }
      stream.forgo(position, epoch, bytes)
      for (entry, label) in labeled where labels.label(of: entry) != label {
        throw .lateLabels(chunk: chunk.chunkID, entry: entry)
      }
      labeled = []
      return
    }
    if labels.metadata == nil { labeled.append((packed.entry.name, labels.label(of: packed.entry.name))) }
    stream.arrived(position, epoch, packed, labels, bytes)
  }

  // MARK: The directory, ahead of time

  /// Returns whether the directory is being looked at: the chunk is read on once that has been seen.
  ///
  /// The one transfer gives way to the other, so that a chunk never takes two.
  private func beginPeek() -> Bool {
    guard case .untried = peek else { return false }
    guard let total = head?.totalLength, head?.acceptsRanges == true else {
      peek = .done
      return false
    }
    stop()
    stream.needsDirectories()
    startPeek(archiveSize: total, whenItFails: .done)
    return true
  }

  private func startPeek(archiveSize: Int, whenItFails next: Peek) {
    let running = DirectoryPeek(
      size: archiveSize, entries: chunk.numImages, longest: min(ChunkMetadata.longest, memoryLimit / 4),
      transfers: transfers,
      request: { [self] range throws(RemoteError) in try request(range) },
      done: { [self] result in
        if let content = try? result.get() {
          peek = .done
          scanner.learn(content.directory.entries)
          labels.metadata = labels.metadata ?? (try? content.metadata?.get())
        } else {
          peek = next
        }
        refetch()
      })
    peek = .running(running)
    running.start()
  }

  // MARK: What cannot be read forward

  private func beginSpooling(for entry: ZipEntry) throws(DatasetError) {
    guard spool == nil else { throw .archive(chunk: chunk.chunkID, .needsDirectory(entry: entry.name)) }
    let total = head?.totalLength ?? chunk.sizeBytes
    if let total, total > memoryLimit {
      throw .unstreamable(chunk: chunk.chunkID, entry: entry.name, needed: total, limit: memoryLimit)
    }
    do throws(RemoteError) { spool = try MemoryFile() } catch {
      throw .download(chunk: chunk.chunkID, error)
    }
    isSpooling = true
    head = nil
    stop()
    fetch(from: 0)
  }

  private func spool(_ bytes: UnsafeRawBufferPointer) -> TransferFlow {
    do throws(DatasetError) {
      guard spooled + bytes.count <= memoryLimit else {
        throw .unstreamable(
          chunk: chunk.chunkID, entry: "", needed: spooled + bytes.count, limit: memoryLimit)
      }
      guard try admit(.spool(bytes: bytes.count)) else { return .hold(taken: 0) }
      spooled += bytes.count
      do throws(RemoteError) { try spool?.append(bytes) } catch {
        throw .download(chunk: chunk.chunkID, error)
      }
      return .more
    } catch .cancelled {
      return .stop
    } catch {
      fail(error)
      return .stop
    }
  }
}
