import Glibc
import PixRemote
import PixStream
import PixThreads

/// Brings chunks to this disk, several at a time, and proves them.
///
/// Bytes are written on the transfer thread; a whole file is read again and proven on another thread, so that the next
/// chunks go on coming meanwhile.
final class ChunkFetcher: Sendable {
  enum Event: Sendable {
    /// It lies at `DownloadFolder.chunk`; or at `doubted`, where `doubt` is what is wrong with it, even fetched twice.
    case here(Int, sha256: String?, doubt: ChunkDoubt?)
    /// Its host says there is no such file.
    case absent(Int, ChunkDoubt)
    case failed(ExportError)
  }

  private struct Proof {
    let place: Int
    let part: PartFolder
  }

  private struct State {
    var events: [Event] = []
    var transfers: [Int: Int] = [:]
    var proofs: [Proof] = []
    /// Chunks that turned out wrong once, and what was wrong.
    var doubts: [Int: ChunkDoubt] = [:]
    /// How often each was another file than before.
    var changes: [Int: Int] = [:]
    var isEnding = false
    var threads: [EngineThread] = []
    /// Bytes of each chunk that are here.
    var bytes: [Int: Int] = [:]
    var fetched = 0
    var lastByte = ContinuousClock.now
    /// How often each chunk was tried again since its last byte.
    var retries: [Int: Int] = [:]
  }

  private static let mostChanges = 2
  /// One waits for the disk while another one computes.
  private static let mostProofs = 2

  private let dataset: Dataset
  private let folder: DownloadFolder
  private let state = Monitor(State())

  init(_ dataset: Dataset, into folder: DownloadFolder) {
    self.dataset = dataset
    self.folder = folder
  }

  // MARK: From the exporter

  /// Whether an earlier download has brought a chunk here, and proven it.
  func takeHere(_ place: Int) -> Bool {
    guard let size = Disk.size(of: folder.chunk(place)) else { return false }
    state.withLock { $0.bytes[place] = size }
    return true
  }

  func fetch(_ place: Int) throws(ExportError) {
    let part = try PartFolder(of: place, in: folder.parts)
    try fetch(place, part)
  }

  private func fetch(_ place: Int, _ part: PartFolder) throws(ExportError) {
    let have = part.size
    let expected = part.expected
    let declared = dataset.chunks[place].sizeBytes
    if have > 0, expected == nil || have > expected?.contentLength ?? declared ?? .max {
      try part.empty()
      return try fetch(place, part)
    }
    state.withLock { $0.bytes[place] = have }
    if have > 0, have == expected?.contentLength || have == declared { return prove(Proof(place: place, part: part)) }
    var request: TransferRequest
    do throws(DatasetError) {
      request = try dataset.request(for: dataset.chunks[place], from: have)
    } catch { throw .dataset(error) }
    request.expected = expected
    request.onRetry = { [state] _, _ in state.update { $0.retries[place, default: 0] += 1 } }
    let sink = try PartSink(
      part,
      onBytes: { [state] count in
        state.withLock { state in
          state.bytes[place, default: 0] += count
          state.fetched += count
          state.lastByte = .now
          state.retries[place] = nil
        }
      },
      onEnd: { [self] end in ended(place, part, end) })
    let wanted = request
    state.withLock { state in
      if state.transfers.isEmpty { state.lastByte = .now }
      state.transfers[place] = Dataset.transfers.start(wanted, into: sink)
    }
  }

  /// What has happened since the last call.
  ///
  /// - Parameter waits: up to 50 ms, for something to happen.
  func events(waits: Bool = true) -> [Event] {
    state.wait(atMost: waits ? .milliseconds(50) : .zero) { state in
      guard !state.events.isEmpty else { return nil }
      defer { state.events = [] }
      return state.events
    } ?? []
  }

  /// Ends all transfers; their parts stay for the next download.
  func end() {
    let (transfers, threads) = state.update { state in
      state.isEnding = true
      return (state.transfers, state.threads)
    }
    for id in transfers.values { Dataset.transfers.cancel(id) }
    for thread in threads { thread.join() }
  }

  // MARK: Told to the user

  /// Bytes of chunks that are here or on their way.
  var bytesHere: Int { state.withLock { $0.bytes.values.reduce(0, +) } }

  /// A chunk has been written. Returns its bytes, which are no longer counted here.
  func forget(_ place: Int) -> Int { state.withLock { $0.bytes.removeValue(forKey: place) ?? 0 } }

  /// Over the wire, by this process.
  var fetched: Int { state.withLock { $0.fetched } }

  /// Since the last byte, and how often the most unlucky chunk was tried again since; nil where no transfer waits for one.
  var silence: (time: Duration, retry: Int)? {
    state.withLock { $0.transfers.isEmpty ? nil : (.now - $0.lastByte, $0.retries.values.max() ?? 0) }
  }

  // MARK: On the transfer thread

  private func ended(_ place: Int, _ part: PartFolder, _ end: PartSink.End) {
    state.withLock { state in
      state.transfers[place] = nil
      state.retries[place] = nil
    }
    switch end {
    case .whole: prove(Proof(place: place, part: part))
    case .unwritable(let error): tell(.failed(error))
    // A host that promises more than there is.
    case .failed where part.size > 0 && part.size == dataset.chunks[place].sizeBytes:
      prove(Proof(place: place, part: part))
    case .failed(let error) where ChunkFetcher.isStale(error) && mayStartOver(place):
      startOver(place, part)
    case .failed(let error):
      let failure = DatasetError.download(chunk: dataset.chunks[place].chunkID, error)
      tell(ChunkFetcher.isAbsence(error) ? .absent(place, .dataset(failure)) : .failed(.dataset(failure)))
    }
  }

  /// A host whose file is another one every time is not asked for ever.
  private func mayStartOver(_ place: Int) -> Bool {
    state.withLock { state in
      state.changes[place, default: 0] += 1
      return state.changes[place, default: 0] <= ChunkFetcher.mostChanges
    }
  }

  /// The part that was gone on with belongs to another file than the server has now.
  private static func isStale(_ error: RemoteError) -> Bool {
    switch error {
    case .changed: true
    case .status(_, let status, _, _): status == 416
    default: false
    }
  }

  private static func isAbsence(_ error: RemoteError) -> Bool {
    switch error {
    case .status(_, let status, _, _): [404, 410].contains(status)
    case .file(_, let reason): reason == String(cString: strerror(ENOENT))
    default: false
    }
  }

  private func startOver(_ place: Int, _ part: PartFolder) {
    guard !state.withLock({ $0.isEnding }) else { return }
    do throws(ExportError) {
      try part.empty()
      try fetch(place, part)
    } catch { tell(.failed(error)) }
  }

  private func tell(_ event: Event) { state.update { $0.events.append(event) } }

  // MARK: Proofs

  private func prove(_ proof: Proof) {
    state.update { state in
      guard !state.isEnding else { return }
      state.proofs.append(proof)
      guard state.threads.count < ChunkFetcher.mostProofs else { return }
      state.threads.append(EngineThread(name: "pix-proof") { self.proveAll() })
    }
  }

  private func proveAll() {
    while true {
      let proof: Proof? = state.wait { state in
        if state.isEnding { return .some(nil) }
        return state.proofs.isEmpty ? nil : .some(state.proofs.removeFirst())
      }
      guard let proof else { return }
      do throws(ExportError) { try decide(proof) } catch { tell(.failed(error)) }
    }
  }

  /// What is wrong is fetched once more: what came may have been damaged on its way.
  private func decide(_ proof: Proof) throws(ExportError) {
    var doubt: ChunkDoubt?
    var digest: String?
    do throws(ChunkProof.Failure) {
      digest = try ChunkProof.check(proof.part.bytes, is: dataset.chunks[proof.place]) {
        state.withLock { !$0.isEnding }
      }
    } catch {
      switch error {
      case .disk(let error): throw error
      case .doubt(let found): doubt = found
      }
    }
    let isFirst = state.withLock { [doubt] state in
      defer { state.doubts[proof.place] = doubt }
      return state.doubts[proof.place] == nil
    }
    if doubt != nil, isFirst { return startOver(proof.place, proof.part) }
    try proof.part.finish(as: doubt == nil ? folder.chunk(proof.place) : folder.doubted(proof.place))
    tell(.here(proof.place, sha256: digest, doubt: doubt))
  }
}
