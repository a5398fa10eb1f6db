import FlyingFox
import Foundation
import PixRemote
import Testing

@testable import PixPublish

@Suite struct DatasetServerTests {
  private static let key = "k3y"
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.add(
      "my pets/dataset.json",
      """
      {"id": "pets", "num_images": 3, "chunks": [
        {"chunk_id": "a", "chunk_index": 0, "url": "chunks/a.zip"},
        {"chunk_id": "b", "chunk_index": 7, "url": "chunks/b.zip"},
        {"chunk_id": "c", "chunk_index": 8, "url": "https://cdn.example.org/c.zip?s=1", "expires_at": "soon"}]}
      """)
    try folder.add("my pets/chunks/a.zip", "0123456789")
    try folder.add("my pets/chunks/b.zip", "b")
    try folder.add("odd/dataset.json", #"{"id": "a/b c"}"#)
  }

  private func server(key: String? = Self.key, host: String = "127.0.0.1", port: UInt16 = 0) throws(PublishError)
    -> DatasetServer
  {
    try DatasetServer(folder.path, host: host, port: port, key: key)
  }

  private static let bearer: [HTTPHeader: String] = [.authorization: "Bearer k3y"]

  private struct Listing<Item: Decodable>: Decodable {
    var items: [Item]
    var total: Int
    var page: Int
    var size: Int
    var pages: Int
  }

  private struct Link: Decodable {
    var downloadURL: String
    var expiresAt: String?

    enum CodingKeys: String, CodingKey {
      case downloadURL = "download_url"
      case expiresAt = "expires_at"
    }
  }

  private struct Failure: Decodable {
    struct Message: Decodable { var message: String }
    var error: Message
  }

  private static let routes = [
    "/api/v1/jobs", "/api/v1/jobs/", "/api/v1/jobs/pets", "/api/v1/jobs/pets/chunks", "/api/v1/jobs/gone",
    "/api/v1/jobs/pets/nonsense", "/my%20pets/dataset.json", "/my%20pets/chunks/a.zip", "/gone", "/", "/api",
    "/api/v1/other", "/.env", "/%2e%2e/x", "/%zz", "//api//v1//jobs", "/x/../api/v1/jobs", "/api%2Fv1/jobs",
    "*", "http://127.0.0.1/api/v1/jobs",
  ]

  // MARK: Keys

  @Test(arguments: routes, [HTTPMethod.GET, .HEAD, .POST, .PUT, .DELETE, .OPTIONS])
  func nothingIsSaidWithoutTheKey(route: String, method: HTTPMethod) async throws {
    let server = try server()
    for field in [
      nil, "", "k3y", "Bearer", "Bearer ", "Bearer k3", "Bearer k3y2", "Bearer K3Y", "Basic k3y", "Bearer k3y k3y",
    ] {
      let response = server.respond(to: request(route, method, field.map { [.authorization: $0] } ?? [:]))
      #expect(response.statusCode == .unauthorized, "\(field ?? "nothing")")
      #expect(response.headers[HTTPHeader("WWW-Authenticate")] == "Bearer")
      #expect(response.headers[.eTag] == nil)
      let text = try await response.text
      #expect(text.isEmpty == (method == .HEAD))
      #expect(!text.contains("k3y"))
    }
  }

  @Test(arguments: ["Bearer k3y", "bearer k3y", "BEARER  k3y"])
  func theSchemesNameMayBeInAnyCase(field: String) throws {
    let answer = try server().respond(to: request("/api/v1/jobs", .GET, [.authorization: field]))
    #expect(answer.statusCode == .ok)
  }

  @Test func withoutAKeyEveryoneMayRead() async throws {
    let server = try server(key: nil)
    #expect(server.respond(to: request("/api/v1/jobs/pets")).statusCode == .ok)
    #expect(try await server.respond(to: request("/my%20pets/chunks/a.zip")).text == "0123456789")
  }

  @Test(arguments: ["", "two words", "line\nbreak", "schlüssel", "tab\t", "\u{7F}"])
  func aKeyThatNoHeaderCarriesIsRefused(key: String) {
    #expect(throws: PublishError.unusableKey) { try server(key: key) }
  }

  // MARK: Jobs

  @Test func jobsAreListedWithoutTheirChunks() async throws {
    let answer = try server().respond(to: request("/api/v1/jobs/", .GET, Self.bearer))
    #expect(answer.headers[.contentType] == "application/json")
    let listing = try await answer.decoded(Listing<Job>.self)
    #expect(listing.items.map(\.id) == ["a/b c", "pets"])
    #expect(listing.items.allSatisfy { $0.chunks == nil })
    #expect((listing.total, listing.page, listing.size, listing.pages) == (2, 1, 50, 1))
  }

  @Test func aJobNamesItsChunksOnThisHost() async throws {
    let job = try await server().respond(to: request("/api/v1/jobs/pets", .GET, Self.bearer)).decoded(Job.self)
    #expect(job.numImages == 3)
    #expect(
      job.chunks?.map(\.url) == [
        "/my%20pets/chunks/a.zip", "/my%20pets/chunks/b.zip", "https://cdn.example.org/c.zip?s=1",
      ])
  }

  @Test func anIdMayHoldASlash() async throws {
    let answer = try server().respond(to: request("/api/v1/jobs/a%2Fb%20c", .GET, Self.bearer))
    #expect(try await answer.decoded(Job.self).id == "a/b c")
  }

  @Test func chunksComeInPages() async throws {
    let server = try server()
    func page(_ query: String) async throws -> Listing<ChunkReference> {
      try await server.respond(to: request("/api/v1/jobs/pets/chunks\(query)", .GET, Self.bearer))
        .decoded(Listing<ChunkReference>.self)
    }
    #expect(try await page("").items.map(\.chunkID) == ["a", "b", "c"])
    let first = try await page("?page=1&size=2")
    #expect(first.items.map(\.chunkID) == ["a", "b"])
    #expect((first.total, first.page, first.size, first.pages) == (3, 1, 2, 2))
    #expect(try await page("?page=2&size=2").items.map(\.chunkID) == ["c"])
    #expect(try await page("?page=3&size=2").items.isEmpty)
    #expect(try await page("?page=9223372036854775807&size=1000").items.isEmpty)
    #expect(try await page("?page=-4&size=0").items.map(\.chunkID) == ["a"])
    #expect(try await page("?page=x&size=y").items.count == 3)
    #expect(try await page("?size=100000").size == 1000)
  }

  @Test func datasetsComeAndGoWhileTheyAreServed() throws {
    let server = try server()
    #expect(server.datasets.map(\.id) == ["a/b c", "pets"])
    try folder.add("new/dataset.json", #"{"id": "new"}"#)
    try FileManager.default.removeItem(atPath: folder.file("odd"))
    #expect(server.datasets.map(\.id) == ["new", "pets"])
    #expect(server.respond(to: request("/api/v1/jobs/new", .GET, Self.bearer)).statusCode == .ok)
    #expect(server.respond(to: request("/api/v1/jobs/a%2Fb%20c", .GET, Self.bearer)).statusCode == .notFound)
  }

  // MARK: Links

  private func link(_ chunk: Int, from server: DatasetServer) async throws -> Link {
    let answer = server.respond(to: request("/api/v1/jobs/pets/chunks/\(chunk)/download", .POST, Self.bearer))
    #expect(answer.statusCode == .ok)
    return try await answer.decoded(Link.self)
  }

  @Test func aSignedLinkWorksWithoutTheKey() async throws {
    let server = try server()
    let link = try await link(0, from: server)
    #expect(link.downloadURL.hasPrefix("/my%20pets/chunks/a.zip?expires="))
    #expect(link.expiresAt?.hasSuffix("Z") == true)
    #expect(try await server.respond(to: request(link.downloadURL)).text == "0123456789")
    let part = server.respond(to: request(link.downloadURL, .GET, [.range: "bytes=3-4"]))
    #expect(part.statusCode == .partialContent)
    #expect(try await part.text == "34")
  }

  @Test func aSignedLinkWorksForNothingElse() async throws {
    let server = try server()
    let query = try #require(try await link(0, from: server).downloadURL.split(separator: "?").last)
    for path in ["/my%20pets/chunks/b.zip", "/my%20pets/dataset.json", "/api/v1/jobs", "/api/v1/jobs/pets", "/"] {
      #expect(server.respond(to: request("\(path)?\(query)")).statusCode == .unauthorized, "\(path)")
    }
    let download = request("/api/v1/jobs/pets/chunks/0/download?\(query)", .POST)
    #expect(server.respond(to: download).statusCode == .unauthorized)
    let another = try self.server()
    #expect(another.respond(to: request("/my%20pets/chunks/a.zip?\(query)")).statusCode == .unauthorized)
    #expect(server.respond(to: request("/my%20pets/chunks/a.zip?\(query)0")).statusCode == .unauthorized)
  }

  @Test func chunksOnOtherHostsKeepTheirOwnLinks() async throws {
    let link = try await link(8, from: try server())
    #expect(link.downloadURL == "https://cdn.example.org/c.zip?s=1")
    #expect(link.expiresAt == "soon")
  }

  // MARK: What there is not

  @Test(arguments: [
    (HTTPMethod.GET, "/api/v1/jobs/gone", "there is no job gone"),
    (.GET, "/api/v1/jobs/gone/chunks", "there is no job gone"),
    (.GET, "/api/v1/jobs/pets/nonsense", "there is no such route"),
    (.GET, "/api/v1/jobs/pets/chunks/0", "there is no such route"),
    (.POST, "/api/v1/jobs/pets/chunks/1/download", "there is no chunk 1"),
    (.POST, "/api/v1/jobs/pets/chunks/x/download", "there is no chunk x"),
    (.POST, "/api/v1/jobs/gone/chunks/0/download", "there is no job gone"),
    (.GET, "/my%20pets/chunks/gone.zip", "there is no file at this path"),
    (.GET, "/my%20pets/chunks", "there is no file at this path"),
    (.GET, "/my%20pets/%2e%2e/%2e%2e/etc/passwd", "there is no file at this path"),
    (.GET, "/my%20pets/dataset.json%00", "there is no file at this path"),
    (.GET, "/%zz", "there is no file at this path"),
  ])
  func whatIsNotThereIsSaid(method: HTTPMethod, route: String, message: String) async throws {
    let answer = try server().respond(to: request(route, method, Self.bearer))
    #expect(answer.statusCode == .notFound)
    #expect(try await answer.decoded(Failure.self).error.message == message)
  }

  @Test(arguments: [
    (HTTPMethod.POST, "/api/v1/jobs", "GET, HEAD"), (.DELETE, "/api/v1/jobs/pets", "GET, HEAD"),
    (.PUT, "/api/v1/jobs/pets/chunks", "GET, HEAD"), (.POST, "/my%20pets/chunks/a.zip", "GET, HEAD"),
    (.GET, "/api/v1/jobs/pets/chunks/0/download", "POST"), (.DELETE, "/nowhere", "GET, HEAD"),
  ])
  func whatARouteCannotDoIsSaid(method: HTTPMethod, route: String, allowed: String) async throws {
    let answer = try server().respond(to: request(route, method, Self.bearer))
    #expect(answer.statusCode == .methodNotAllowed)
    #expect(answer.headers[HTTPHeader("Allow")] == allowed)
    #expect(try await answer.decoded(Failure.self).error.message == "only \(allowed) works here")
  }

  @Test(arguments: ["/api/v1/jobs", "/api/v1/jobs/pets", "/api/v1/jobs/gone", "/my%20pets/chunks/a.zip", "/gone"])
  func headSaysWhatGetWouldWithoutABody(route: String) async throws {
    let server = try server()
    let get = server.respond(to: request(route, .GET, Self.bearer))
    let head = server.respond(to: request(route, .HEAD, Self.bearer))
    #expect(head.statusCode == get.statusCode)
    #expect(head.headers[.contentType] == get.headers[.contentType])
    #expect(head.headers[.eTag] == get.headers[.eTag])
    #expect(head.headers[.contentLength] == String(try await get.bodyData.count))
    #expect(try await head.text == "")
  }

  // MARK: Listening

  @Test func anAddressMustBeOne() {
    #expect(throws: PublishError.noAddress("localhost")) { try server(host: "localhost") }
    #expect(throws: PublishError.noAddress("1::x")) { try server(host: "1::x") }
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["127.0.0.1", "::1"])
  func itServesUntilItsTaskIsCancelled(host: String) async throws {
    let server = try server(host: host)
    let (ports, announce) = AsyncStream.makeStream(of: Int.self)
    let running = Task { try await server.run { announce.yield($0) } }
    var iterator = ports.makeAsyncIterator()
    let port = try #require(await iterator.next())
    let shown = host.contains(":") ? "[\(host)]" : host
    let status = try await Witness.pythonAside(
      """
      import json, sys, urllib.request
      request = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer k3y"})
      print(json.load(urllib.request.urlopen(request, timeout=30))["id"])
      """, "http://\(shown):\(port)/api/v1/jobs/pets")
    #expect(status == "pets\n")
    running.cancel()
    try await running.value
  }

  @Test(.timeLimit(.minutes(1)))
  func aPortThatIsTakenIsAnError() async throws {
    let first = try server()
    let (ports, announce) = AsyncStream.makeStream(of: Int.self)
    let running = Task { try await first.run { announce.yield($0) } }
    var iterator = ports.makeAsyncIterator()
    let port = try #require(await iterator.next())
    let second = try server(port: UInt16(port))
    await #expect(throws: PublishError.address(host: "127.0.0.1", port: port, reason: "Address already in use")) {
      try await second.run { _ in Issue.record("it listens") }
    }
    running.cancel()
    try await running.value
  }
}
