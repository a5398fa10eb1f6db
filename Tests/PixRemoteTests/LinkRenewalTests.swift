import PixThreads
import Testing

@testable import PixRemote

@Suite struct LinkRenewalTests {
  let data = pattern(400_000)
  static let now = UTCTime(iso8601: "2025-10-30T12:00:00Z")!

  // MARK: Rules

  @Test(arguments: [
    ("2025-10-30T11:00:00Z", true), ("2025-10-30T12:00:00Z", true), ("2025-10-30T12:01:00Z", true),
    ("2025-10-30T12:01:01Z", false), ("2026-10-30T12:00:00Z", false), ("1970-01-01T00:00:00Z", true),
    ("soon", false), ("", false),
  ])
  func aLinkIsRenewedWithinAMinuteOfItsEnd(expiresAt: String, isDue: Bool) {
    let renewal = LinkRenewal(resource: .remote(url: "https://api.test/x"), expiry: UTCTime(iso8601: expiresAt))
    #expect(renewal.isDue(now: LinkRenewalTests.now) == isDue)
  }

  @Test func theRefusalsThatAFreshLinkMayHelp() {
    func mayHelp(_ status: Int) -> Bool {
      LinkRenewal.mayHelp(
        after: .status(url: PublicURL("x"), status: status, message: nil, retryAfter: nil))
    }
    #expect([400, 401, 403, 410].allSatisfy(mayHelp))
    #expect(![302, 404, 408, 416, 422, 429, 500, 503].contains(where: mayHelp))
    #expect(!LinkRenewal.mayHelp(after: .network(url: PublicURL("x"), reason: "")))
  }

  private func fresh(_ answer: String) throws -> LinkRenewal.Fresh? {
    let renewal = LinkRenewal(
      resource: .remote(url: "https://api.test/api/v1/jobs/j/chunks/0/download"), key: try APIKey("s3cr3t"))
    return renewal.fresh(in: Array(answer.utf8))
  }

  @Test func theKeyGoesAlongToTheServiceItselfOnly() throws {
    let key = try APIKey("s3cr3t")
    for (url, given) in [
      ("https://cdn.test/a?sig=1", nil), ("http://api.test/a", nil), ("https://api.test:8443/a", nil),
      ("https://api.test@evil.test/a", nil), ("//evil.test/a", nil), ("https://API.test:443/a", key), ("/a?sig=1", key),
      ("a.zip", key),
    ] {
      let fresh = try #require(try fresh(#"{"download_url": "\#(url)"}"#))
      #expect(fresh.key == given, "\(url)")
    }
  }

  @Test func theAnswerIsReadWhole() throws {
    let link = try fresh(#"{"download_url": "https://cdn.test/a?sig=1", "expires_at": "2025-10-30T12:00:00Z"}"#)
    #expect(
      link
        == LinkRenewal.Fresh(resource: .remote(url: "https://cdn.test/a?sig=1"), key: nil, expiry: LinkRenewalTests.now)
    )
  }

  @Test(arguments: [
    "", "{}", "null", "<html>", #"{"download_url": ""}"#, #"{"download_url": "file:///etc/passwd"}"#,
    #"{"download_url": "ftp://host/x"}"#, #"{"download_url": "https://"}"#, #"{"download_url": 5}"#,
    #"{"download_url": "https://a b/"}"#,
  ])
  func anAnswerWithoutAUsableLinkIsNone(answer: String) throws {
    #expect(try fresh(answer) == nil)
  }

  @Test func aTransferAsksOnceUntilBytesHaveCome() throws {
    var request = TransferRequest(.remote(url: "https://cdn.test/a"), policy: .quick())
    request.renewal = LinkRenewal(resource: .remote(url: "https://api.test/x"))
    let transfer = Transfer(id: 1, request: request, sink: CollectingSink())
    let refusal = RemoteError.status(url: PublicURL("x"), status: 403, message: nil, retryAfter: nil)
    func asks() -> Bool { if case .askForLink = transfer.failed(refusal) { true } else { false } }
    for _ in 1...3 {
      #expect(asks())
      [1].withUnsafeBytes { transfer.deliver($0) }
    }
    #expect(!asks(), "links that bring next to nothing are failures in a row")
    let other = Transfer(id: 2, request: request, sink: CollectingSink())
    guard case .askForLink = other.failed(refusal) else { return #expect(Bool(false)) }
    guard case .none = other.failed(refusal) else { return #expect(Bool(false)) }
  }

  // MARK: On the wire

  /// A service with one chunk whose link number n (`/chunk.zip?link=n`) works if `works(n, ordinal)`.
  private func service(
    expiresAt: String? = nil, works: @escaping @Sendable (Int, LoopbackServer.Request) -> Bool,
    refusal: Int = 403, renews: @escaping @Sendable (Int) -> LoopbackServer.Answer? = { _ in nil },
    dropsAfter: @escaping @Sendable (Int) -> Int? = { _ in nil }
  ) -> LoopbackServer {
    let links = Monitor(0)
    return LoopbackServer { [data] request in
      if request.target.hasSuffix("/download") {
        let link = links.withLock {
          $0 += 1
          return $0
        }
        let expiry = expiresAt.map { #", "expires_at": "\#($0)""# } ?? ""
        return renews(link)
          ?? .status(200, body: #"{"download_url": "/chunk.zip?link=\#(link)"\#(expiry)}"#)
      }
      let link = Int(request.target.suffix(1))!
      guard works(link, request) else { return .status(refusal, body: #"{"detail": "link \#(link) has ended"}"#) }
      return .file(data, to: request, dropsAfter: dropsAfter(link))
    }
  }

  private func locator(_ server: LoopbackServer, source: DatasetSource = .job(id: "j")) throws -> DatasetLocator {
    DatasetLocator(
      source: source, service: try ServiceAddress(server.url), key: try APIKey("s3cr3t"), policy: .quick())
  }

  private func request(_ server: LoopbackServer, expiresAt: String? = nil, range: Range<Int>? = nil) throws
    -> TransferRequest
  {
    let chunk = ChunkReference(chunkID: "c", chunkIndex: 7, url: "/chunk.zip?link=0", expiresAt: expiresAt)
    return try locator(server).request(for: chunk, range: range)
  }

  @Test(arguments: [400, 401, 403, 410])
  func aLinkThatIsRefusedIsRenewedAndTheWholeFileComes(refusal: Int) throws {
    try service(works: { link, _ in link == 1 }, refusal: refusal).serve { server, loop throws in
      #expect(try loop.bytes(request(server)) == data)
      #expect(
        server.requests.map { "\($0.method) \($0.target)" } == [
          "GET /chunk.zip?link=0", "POST /api/v1/jobs/j/chunks/7/download", "GET /chunk.zip?link=1",
        ])
      #expect(server.requests[1]["authorization"] == "Bearer s3cr3t")
    }
  }

  @Test func aLinkThatEndsOnTheWayIsRenewedAndTheTransferGoesOnWhereItStopped() throws {
    try service(works: { link, request in link > 0 || request.ordinal == 0 }, dropsAfter: { $0 == 0 ? 150_000 : nil })
      .serve { server, loop throws in
        let sink = CollectingSink()
        _ = loop.start(try request(server), into: sink)
        #expect(try sink.error() == nil)
        #expect(sink.all == Bytes(data))
        #expect(sink.now.heads.count == 1)
        let last = server.requests.last!
        #expect(last.target == "/chunk.zip?link=1")
        #expect(last["range"] == "bytes=150000-" && last["if-range"] == "\"v1\"")
      }
  }

  @Test func aRangeIsRenewedAsARange() throws {
    try service(works: { link, _ in link == 1 }).serve { server, loop throws in
      #expect(try loop.bytes(request(server, range: 1000..<1010)) == Array(data[1000..<1010]))
      #expect(server.requests[1]["range"] == nil)
    }
  }

  @Test func aFreshLinkServesTheTransfersThatBeginAfterIt() throws {
    try service(expiresAt: "9999-01-01T00:00:00Z", works: { link, _ in link == 1 }).serve { server, loop throws in
      let links = LinkShelf()
      for expiresAt in [nil, nil, "2020-01-01T00:00:00Z"] {
        var request = try request(server, expiresAt: expiresAt, range: 1000..<1010)
        request.links = links
        #expect(try loop.bytes(request) == Array(data[1000..<1010]))
      }
      #expect(server.requests.map(\.method) == ["GET", "POST", "GET", "GET", "GET"])
      #expect(links.link?.resource == .remote(url: server.url + "/chunk.zip?link=1"))
    }
  }

  @Test func aLinkOnTheShelfThatHasEndedIsRenewedToo() throws {
    try service(works: { link, _ in link == 2 }).serve { server, loop throws in
      let links = LinkShelf()
      links.put(.init(resource: .remote(url: server.url + "/chunk.zip?link=9"), key: nil, expiry: nil))
      var request = try request(server, range: 5..<10)
      request.links = links
      #expect(throws: RemoteError.self) { try loop.bytes(request) }
      #expect(try loop.bytes(request) == Array(data[5..<10]))
      #expect(links.link?.resource == .remote(url: server.url + "/chunk.zip?link=2"))
    }
  }

  @Test func aLinkNearItsEndIsRenewedBeforeItIsUsed() throws {
    try service(works: { link, _ in link == 1 }).serve { server, loop throws in
      #expect(try loop.bytes(request(server, expiresAt: "2020-01-01T00:00:00Z")) == data)
      #expect(server.requests.map(\.method) == ["POST", "GET"])
    }
  }

  @Test func aLinkWithTimeLeftIsUsed() throws {
    try service(works: { _, _ in true }).serve { server, loop throws in
      #expect(try loop.bytes(request(server, expiresAt: "9999-01-01T00:00:00Z")) == data)
      #expect(server.requests.map(\.method) == ["GET"])
    }
  }

  @Test func aFreshLinkThatIsAlreadyNearItsEndIsUsedAllTheSame() throws {
    try service(expiresAt: "2020-01-01T00:00:00Z", works: { _, _ in true }).serve { server, loop throws in
      #expect(try loop.bytes(request(server, expiresAt: "2020-01-01T00:00:00Z")) == data)
      #expect(server.requests.map(\.method) == ["POST", "GET"])
    }
  }

  @Test func aServiceThatCannotRenewLeavesTheOldLink() throws {
    try service(works: { _, _ in true }, renews: { _ in .status(404) }).serve { server, loop throws in
      #expect(try loop.bytes(request(server, expiresAt: "2020-01-01T00:00:00Z")) == data)
      #expect(server.requests.map(\.method) == ["POST", "GET"])
    }
  }

  @Test(arguments: [
    (403, #"{"detail": "not yours"}"#), (404, ""), (200, "{}"), (200, #"{"download_url": "file:///etc/passwd"}"#),
    (200, String(repeating: " ", count: 100_000) + #"{"download_url": "/chunk.zip?link=1"}"#),
  ])
  func whereTheRenewalFailsTheRefusalIsTheError(status: Int, body: String) throws {
    try service(works: { link, _ in link == 1 }, renews: { _ in .status(status, body: body) }).serve {
      server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(try request(server), into: sink)
      #expect(
        try sink.error()
          == .status(
            url: PublicURL(server.url + "/chunk.zip"), status: 403, message: "link 0 has ended", retryAfter: nil))
      #expect(sink.now.ends.count == 1 && sink.now.bytes.isEmpty)
      #expect(server.requests.map(\.method) == ["GET", "POST"])
    }
  }

  @Test func aRenewalIsTriedAgainWhereThatMayHelp() throws {
    try service(works: { link, _ in link == 3 }, renews: { $0 < 3 ? .status(503) : nil }).serve { server, loop throws in
      #expect(try loop.bytes(request(server)) == data)
      #expect(server.requests.map(\.method) == ["GET", "POST", "POST", "POST", "GET"])
    }
  }

  @Test func twoHalvesOfTwoAnswersAreNoLink() throws {
    let body = #"{"download_url": "/chunk.zip?link=1"}"#
    let half = LoopbackServer.Answer.head(200, ["Content-Length": "\(body.utf8.count)"], ending: .drop)
      .followed(by: Array(body.utf8.dropLast(2)))
    try service(works: { link, _ in link == 2 }, renews: { $0 == 1 ? half : nil }).serve {
      server, loop throws in
      #expect(try loop.bytes(request(server)) == data)
      #expect(server.requests.map(\.method) == ["GET", "POST", "POST", "GET"])
    }
  }

  @Test func aFreshLinkThatIsRefusedTooEndsTheTransfer() throws {
    try service(works: { _, _ in false }).serve { server, loop throws in
      #expect(
        throws: RemoteError.status(
          url: PublicURL(server.url + "/chunk.zip"), status: 403, message: "link 1 has ended", retryAfter: nil)
      ) { try loop.bytes(request(server)) }
      #expect(server.requests.map(\.method) == ["GET", "POST", "GET"])
    }
  }

  @Test func linksThatBringAByteEachEnd() throws {
    try service(works: { link, request in request.ordinal % 3 != 1 }, dropsAfter: { _ in 1 }).serve {
      server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(try request(server), into: sink)
      #expect(try sink.error() != nil)
      #expect(server.requests.count < 20)
      #expect(sink.all == Bytes(Array(data[..<sink.now.bytes.count])))
    }
  }

  @Test func theKeyDoesNotGoToAFreshLinkElsewhere() throws {
    let store = LoopbackServer { [data] in .file(data, to: $0) }
    try store.serve { store, _ throws in
      try service(
        works: { _, _ in false },
        renews: { _ in .status(200, body: #"{"download_url": "\#(store.url)/chunk.zip?sig=s"}"#) }
      ).serve { server, loop throws in
        #expect(try loop.bytes(request(server)) == data)
        #expect(server.requests.allSatisfy { $0["authorization"] == "Bearer s3cr3t" })
        #expect(store.requests.map { $0["authorization"] } == [nil])
      }
    }
  }

  @Test func aQuestionThatIsSentElsewhereLosesTheKey() throws {
    let stranger = LoopbackServer { _ in .status(200, body: #"{"download_url": "/chunk.zip?link=1"}"#) }
    try stranger.serve { stranger, _ throws in
      try service(
        works: { link, _ in link == 1 }, renews: { _ in .status(307, ["Location": stranger.url + "/x"]) }
      ).serve { server, loop throws in
        #expect(try loop.bytes(request(server)) == data)
        #expect(stranger.requests.map { $0["authorization"] } == [nil])
      }
    }
  }

  @Test func onlyJobsRenew() throws {
    try service(works: { _, _ in false }).serve { server, loop throws in
      let description = DatasetSource.description(.remote(url: server.url + "/dataset.json"))
      let locator = try locator(server, source: description)
      let chunk = ChunkReference(
        chunkID: "c", chunkIndex: 7, url: "/chunk.zip?link=0", expiresAt: "2020-01-01T00:00:00Z")
      #expect(throws: RemoteError.self) { try loop.bytes(locator.request(for: chunk)) }
      #expect(server.requests.map(\.method) == ["GET"])
      #expect(server.requests[0]["authorization"] == nil)
    }
  }

  @Test func cancellingEndsTheQuestionToo() throws {
    try service(works: { _, _ in false }, renews: { _ in LoopbackServer.Answer("", ending: .stall) }).serve {
      server, loop throws in
      let sink = CollectingSink()
      let id = loop.start(try request(server), into: sink)
      #expect(server.waits(forRequests: 2))
      loop.cancel(id)
      #expect(server.waitsForEmptiness())
      #expect(sink.now.ends.isEmpty)
    }
  }

  @Test func aHeldTransferIsRenewedAndGivesEveryByteOnce() throws {
    try service(works: { link, request in link > 0 || request.ordinal == 0 }, dropsAfter: { $0 == 0 ? 150_000 : nil })
      .serve { server, loop throws in
        let sink = CollectingSink { bytes, heard in
          heard.pieces % 2 == 1 ? .more : .hold(taken: min(bytes.count, 1000))
        }
        let id = loop.start(try request(server), into: sink)
        var pieces = 0
        while sink.now.ends.isEmpty {
          pieces = try sink.waits { $0.pieces > pieces || !$0.ends.isEmpty }.pieces
          loop.resume(id)
        }
        #expect(try sink.error() == nil)
        #expect(sink.all == Bytes(data))
      }
  }
}
