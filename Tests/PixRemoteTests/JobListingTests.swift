import Testing

@testable import PixRemote

@Suite struct JobListingTests {
  private func page(_ ids: some Sequence<Int>) -> LoopbackServer.Answer {
    let items = ids.map { #"{"id": "job_\#($0)"}"# }.joined(separator: ",")
    return .status(200, body: #"{"items": [\#(items)], "total": 7}"#)
  }

  private func read(
    _ answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer, most: Int = .max
  ) throws -> (ids: [String], targets: [String]) {
    var ids: [String] = []
    var targets: [String] = []
    try LoopbackServer(answer).serve { server, loop throws in
      let listing = JobListing(service: try ServiceAddress(server.url), key: try APIKey("key"), policy: .quick())
      var pages = 0
      try listing.read(
        on: loop, keepWaiting: { true },
        page: { jobs in
          ids += jobs.map(\.id)
          pages += 1
          return pages < most
        })
      targets = server.requests.map(\.target)
      #expect(server.requests.allSatisfy { $0["authorization"] == "Bearer key" })
    }
    return (ids, targets)
  }

  @Test func pagesAreReadUntilOneIsEmpty() throws {
    let found = try read { request in page(request.ordinal < 2 ? request.ordinal * 2..<request.ordinal * 2 + 2 : 0..<0)
    }
    #expect(found.ids == ["job_0", "job_1", "job_2", "job_3"])
    #expect(found.targets == (1...3).map { "/api/v1/jobs/?page=\($0)&size=100" })
  }

  @Test func pagesAreReadUntilOneHasNothingNew() throws {
    let found = try read { request in page(request.ordinal == 0 ? [1, 2] : [2, 1]) }
    #expect(found.ids == ["job_1", "job_2"])
    #expect(found.targets.count == 2)
  }

  @Test func noMoreThanWanted() throws {
    let found = try read({ request in page([request.ordinal]) }, most: 3)
    #expect(found.ids == ["job_0", "job_1", "job_2"])
    #expect(found.targets.count == 3)
  }

  @Test func whatIsNoPageIsNamed() throws {
    #expect(throws: RemoteError.self) { try read { _ in .status(200, body: "[]") } }
    #expect(throws: RemoteError.self) { try read { _ in .status(200, body: #"{"items": [{"name": "x"}]}"#) } }
  }
}
