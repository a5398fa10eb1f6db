import Foundation
import Testing

@testable import PixRemote

@Suite struct DatasetLocatorTests {
  private func locator(
    _ source: DatasetSource, service: String = "https://api.test", key: String? = "s3cr3t"
  ) throws -> DatasetLocator {
    DatasetLocator(
      source: source, service: try ServiceAddress(service), key: try key.map { try APIKey($0) }, policy: .quick())
  }

  private func chunk(_ url: String) -> ChunkReference { ChunkReference(chunkID: "c", chunkIndex: 3, url: url) }

  // MARK: Requests

  @Test func theKeyGoesToTheServicesOriginOnly() throws {
    let job = try locator(.job(id: "j"))
    let key = try APIKey("s3cr3t")
    for (url, given) in [
      ("/files/a.zip", key), ("chunks/a.zip", key), ("https://api.test/a.zip", key),
      ("https://API.test:443/a.zip", key),
      ("http://api.test/a.zip", nil), ("https://api.test:8443/a.zip", nil), ("https://cdn.test/a.zip", nil),
      ("//cdn.test/a.zip", nil), ("https://api.test@evil.test/a.zip", nil), ("https://api.test.evil.test/a.zip", nil),
      ("https://evil.test/?https://api.test/", nil), ("https://api.test\\.evil.test/a.zip", nil),
      ("https://api.test\u{0}.evil.test/", nil), ("HTTPS://api.test/a.zip", key),
    ] { #expect(try job.request(for: chunk(url)).key == given, "\(url)") }
  }

  @Test func aSourceThatIsNoJobNeverSendsTheKey() throws {
    let host = try locator(.description(.remote(url: "https://api.test/dataset.json")))
    #expect(try host.request(for: chunk("a.zip")).key == nil)
    #expect(try host.request(for: chunk("a.zip")).renewal == nil)
    let folder = try locator(.description(.file(path: "/data/dataset.json")))
    #expect(try folder.request(for: chunk("https://api.test/a.zip")).key == nil)
    #expect(try locator(.archives(["a.zip"])).request(for: chunk("a.zip")).key == nil)
  }

  @Test func whereChunksAre() throws {
    let job = try locator(.job(id: "j/1"))
    let place = try job.request(for: chunk("a.zip"), range: 5..<9)
    #expect(place.resource == .remote(url: "https://api.test/api/v1/jobs/a.zip"))
    #expect(place.range == 5..<9 && place.method == .get && !place.startsOver)
    #expect(place.renewal?.resource == .remote(url: "https://api.test/api/v1/jobs/j%2F1/chunks/3/download"))
    let folder = try locator(.description(.file(path: "/data/dataset.json")))
    #expect(try folder.request(for: chunk("chunks/a.zip")).resource == .file(path: "/data/chunks/a.zip"))
    #expect(throws: RemoteError.self) { try folder.request(for: chunk("../a.zip")) }
    #expect(try locator(.archives([])).request(for: chunk("/x/a.zip")).resource == .file(path: "/x/a.zip"))
  }

  // MARK: Descriptions

  @Test func aJobWithItsChunksIsOneRequest() throws {
    let json = #"{"id": "j", "chunks": [{"chunk_id": "c", "chunk_index": 0, "url": "c.zip"}]}"#
    try LoopbackServer { _ in .status(200, body: json) }.serve { server, loop throws in
      let locator = try locator(.job(id: "j"), service: server.url)
      let job = try locator.describe(on: loop) { true }
      #expect(job?.chunks?.map(\.chunkID) == ["c"])
      #expect(server.requests.map(\.target) == ["/api/v1/jobs/j"])
      #expect(server.requests[0]["authorization"] == "Bearer s3cr3t")
    }
  }

  /// The page that a request asks for, of so many chunks; the server gives at most ten at a time.
  private static func page(_ request: LoopbackServer.Request, of count: Int) -> String {
    let number = Int(request.target.split(separator: "page=")[1].prefix { $0.isNumber })!
    let items = (0..<count).dropFirst((number - 1) * 10).prefix(10).map {
      #"{"chunk_id": "c\#($0)", "chunk_index": \#($0), "url": "u"}"#
    }
    return #"{"items": [\#(items.joined(separator: ","))], "total": 1}"#
  }

  @Test func chunksInPagesAreReadUntilAPageBringsNone() throws {
    try LoopbackServer { request in
      .status(
        200,
        body: request.target.contains("page=") ? DatasetLocatorTests.page(request, of: 25) : #"{"id": "j"}"#)
    }.serve { server, loop throws in
      let job = try locator(.job(id: "j"), service: server.url).describe(on: loop) { true }
      #expect(job?.chunks?.map(\.chunkIndex) == Array(0..<25))
      #expect(server.requests.count == 5)
      #expect(server.requests[1].target == "/api/v1/jobs/j/chunks?page=1&size=100")
      #expect(server.requests.allSatisfy { $0["authorization"] == "Bearer s3cr3t" })
    }
  }

  @Test func aServerThatRepeatsItsPageIsLeft() throws {
    let items = #"{"items": [{"chunk_id": "c", "chunk_index": 0, "url": "u"}]}"#
    try LoopbackServer { .status(200, body: $0.target.contains("page=") ? items : #"{"id": "j"}"#) }.serve {
      server, loop throws in
      let job = try locator(.job(id: "j"), service: server.url).describe(on: loop) { true }
      #expect(job?.chunks?.count == 1)
      #expect(server.requests.count == 3)
    }
  }

  @Test(arguments: [
    ("", "it is no JSON"), ("<html>", "it is no JSON"), ("[]", "the document is not of type "),
    ("{}", "the document has no \"id\""), (#"{"id": null}"#, "\"id\" is null instead of String"),
    (#"{"id": "j", "labels": ["a", 5]}"#, "\"labels[1]\" is not of type String"),
    (#"{"id": "j", "chunks": [{"chunk_id": "c"}]}"#, "\"chunks[0]\" has no \"chunk_index\""),
    (
      #"{"id": "j", "chunks": [{"chunk_id": "c", "chunk_index": 0, "url": "", "num_images": -4}]}"#,
      "\"chunks[0].num_images\" is no count from 0 to 1099511627776"
    ),
    (#"{"id": "j", "size_bytes": -1}"#, "\"size_bytes\" is no count from 0 to 9007199254740992"),
    (#"{"format_version": 2, "id": "j"}"#, "format_version 2 is newer than 1, "),
  ])
  func whatIsNoDescription(json: String, reason: String) throws {
    try LoopbackServer { _ in .status(200, body: json) }.serve { server, loop throws in
      let locator = try locator(.job(id: "j"), service: server.url)
      let error = #expect(throws: RemoteError.self) { try locator.describe(on: loop) { true } }
      guard case .description(let url, let said)? = error else { return #expect(Bool(false), "\(error!)") }
      #expect(said.hasPrefix(reason), "\(said)")
      #expect(url.description == server.url + "/api/v1/jobs/j")
    }
  }

  @Test(arguments: ["pending", "processing", "running", "failed", "cancelled", ""])
  func aJobThatIsNotComplete(status: String) throws {
    try LoopbackServer { _ in .status(200, body: #"{"id": "j", "status": "\#(status)", "progress": 40}"#) }.serve {
      server, loop throws in
      let locator = try locator(.job(id: "j"), service: server.url)
      #expect(throws: RemoteError.jobNotComplete(job: "j", status: status, progress: 40)) {
        try locator.describe(on: loop) { true }
      }
      #expect(server.requests.count == 1)
    }
  }

  @Test func aWrongKeyIsSaidOnceAndNotShown() throws {
    try LoopbackServer { _ in .status(401, body: #"{"detail": "who are you?"}"#) }.serve { server, loop throws in
      let locator = try locator(.job(id: "j"), service: server.url)
      let error = #expect(throws: RemoteError.self) { try locator.describe(on: loop) { true } }
      #expect(error?.isStatus(401) == true)
      #expect(!"\(error!)".contains("s3cr3t"))
      #expect(server.requests.count == 1)
    }
  }

  @Test func aStaticHostAndAFolderAreDescribedWithoutAKey() throws {
    let json = #"{"id": "j", "chunks": []}"#
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(json.utf8), to: "dataset.json")
    try LoopbackServer { _ in .status(200, body: json) }.serve { server, loop throws in
      let host = try locator(.description(.remote(url: server.url + "/dataset.json?sig=s")), service: server.url)
      #expect(try host.describe(on: loop) { true }?.id == "j")
      #expect(server.requests.map { $0["authorization"] } == [nil])
      let local = try locator(.description(.file(path: file)))
      #expect(try local.describe(on: loop) { true }?.chunks == [])
    }
  }

  @Test func aDescriptionOutsideTheServiceMustListItsChunks() throws {
    try LoopbackServer { _ in .status(200, body: #"{"id": "j"}"#) }.serve { server, loop throws in
      let host = try locator(.description(.remote(url: server.url + "/dataset.json?sig=s")))
      #expect(
        throws: RemoteError.description(
          url: PublicURL(server.url + "/dataset.json"), reason: "it has no \"chunks\"")
      ) { try host.describe(on: loop) { true } }
    }
  }

  @Test func bareArchivesHaveNoDescription() throws {
    try withLoop { loop throws in #expect(try locator(.archives(["a.zip"])).describe(on: loop) { true } == nil) }
  }

  @Test func whoeverStopsWaitingIsLetGo() throws {
    try LoopbackServer { _ in LoopbackServer.Answer("", ending: .stall) }.serve { server, loop throws in
      let locator = try locator(.job(id: "j"), service: server.url)
      #expect(throws: RemoteError.cancelled) { try locator.describe(on: loop) { false } }
      #expect(server.waitsForEmptiness())
    }
  }
}
