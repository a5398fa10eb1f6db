/// Finds a dataset's description and says where each of its chunks lies.
public struct DatasetLocator: Sendable {
  static let chunksPerPage = 100
  /// More pages than any dataset has; a server that never stops repeating itself is left at this.
  static let mostPages = 100_000

  public let source: DatasetSource
  public let service: ServiceAddress
  public let key: APIKey?
  public let policy: ConnectionPolicy

  public init(source: DatasetSource, service: ServiceAddress, key: APIKey?, policy: ConnectionPolicy) {
    self.source = source
    self.service = service
    self.key = key
    self.policy = policy
  }

  /// Where the description lies; nil for bare archives.
  var document: Resource? {
    switch source {
    case .job(let id): .remote(url: service.job(id))
    case .description(let resource): resource
    case .archives: nil
    }
  }

  /// Fetches the description: one request, and one more per page of chunks when the job leaves them out.
  ///
  /// - Parameter keepWaiting: asked on the caller's thread at least every 50 ms; false gives up.
  /// - Returns: nil for bare archives, which describe themselves.
  public func describe(
    on loop: TransferLoop, keepWaiting: () -> Bool
  ) throws(RemoteError) -> Job? {
    guard let document else { return nil }
    var job = try fetch(Job.self, at: document, on: loop, keepWaiting: keepWaiting)
    guard job.formatVersion <= Job.knownFormatVersion else {
      throw .description(
        url: document.publicURL,
        reason: "format_version \(job.formatVersion) is newer than \(Job.knownFormatVersion), "
          + "the newest this pixcrawler knows; a newer pixcrawler can read it")
    }
    guard job.status == "completed" else {
      throw .jobNotComplete(job: job.id, status: job.status, progress: job.progress)
    }
    if job.chunks == nil { job.chunks = try chunks(of: document, on: loop, keepWaiting: keepWaiting) }
    return job
  }

  private func chunks(
    of document: Resource, on loop: TransferLoop, keepWaiting: () -> Bool
  ) throws(RemoteError) -> [ChunkReference] {
    guard case .job(let id) = source else {
      throw .description(url: document.publicURL, reason: "it has no \"chunks\"")
    }
    var chunks: [ChunkReference] = []
    var seen: Set<Int> = []
    for page in 1...DatasetLocator.mostPages {
      let url = "\(service.job(id))/chunks?page=\(page)&size=\(DatasetLocator.chunksPerPage)"
      let items = try fetch(
        JobPage<ChunkReference>.self, at: .remote(url: url), on: loop, keepWaiting: keepWaiting
      ).items
      let fresh = items.filter { seen.insert($0.chunkIndex).inserted }
      if fresh.isEmpty { break }
      chunks += fresh
    }
    return chunks
  }

  /// Where a chunk's bytes are, and whether the key may go there.
  public func request(for chunk: ChunkReference, range: Range<Int>? = nil) throws(RemoteError)
    -> TransferRequest
  {
    let resource = try document?.resolving(chunk.url) ?? .file(path: chunk.url)
    var request = TransferRequest(resource, key: keyAllowed(at: resource), range: range, policy: policy)
    request.renewal = renewal(of: chunk)
    return request
  }

  /// Where a fresh link to a chunk can be had; nil when there is no service to ask.
  private func renewal(of chunk: ChunkReference) -> LinkRenewal? {
    guard case .job(let id) = source else { return nil }
    return LinkRenewal(
      resource: .remote(url: "\(service.job(id))/chunks/\(chunk.chunkIndex)/download"), key: key,
      expiry: chunk.expiresAt.flatMap { UTCTime(iso8601: $0) })
  }

  /// The key goes to the API's own origin and nowhere else.
  private func keyAllowed(at resource: Resource) -> APIKey? {
    guard case .job = source, resource.origin == service.origin else { return nil }
    return key
  }

  private func fetch<Document: Decodable>(
    _ type: Document.Type, at resource: Resource, on loop: TransferLoop, keepWaiting: () -> Bool
  ) throws(RemoteError) -> Document {
    try Fetch.decoded(
      type, TransferRequest(resource, key: keyAllowed(at: resource), policy: policy), on: loop,
      keepWaiting: keepWaiting)
  }
}
