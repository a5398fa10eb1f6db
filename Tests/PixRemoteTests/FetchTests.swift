import PixThreads
import Testing

@testable import PixRemote

@Suite struct FetchTests {
  private func fetch(
    _ url: String, limit: Int = 1 << 20, policy: ConnectionPolicy = .quick(), on loop: TransferLoop,
    keepWaiting: () -> Bool = { true }
  ) throws(RemoteError) -> [UInt8] {
    try Fetch.document(
      TransferRequest(.remote(url: url), policy: policy), limit: limit, on: loop, keepWaiting: keepWaiting)
  }

  @Test func aDocumentComesWhole() throws {
    let data = pattern(500_000)
    try LoopbackServer { .file(data, to: $0) }.serve { server, loop throws in
      #expect(try fetch(server.url, on: loop) == data)
      #expect(try fetch(server.url, limit: data.count, on: loop) == data)
    }
  }

  @Test func aDocumentLongerThanTheLimitIsRefused() throws {
    let data = pattern(500_000)
    try LoopbackServer { .file(data, to: $0) }.serve { server, loop throws in
      #expect(
        throws: RemoteError.description(
          url: PublicURL(server.url), reason: "the document is longer than 499999 bytes")
      ) { try fetch(server.url, limit: data.count - 1, on: loop) }
    }
  }

  @Test func aDocumentThatNeverEndsIsLeftAtTheLimit() throws {
    let endless: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { _ in
      .head(200, ["Connection": "close"], ending: .stall).followed(by: pattern(300_000))
    }
    try LoopbackServer(endless).serve { server, loop throws in
      #expect(throws: RemoteError.self) { try fetch(server.url, limit: 200_000, on: loop) }
    }
  }

  @Test func aDocumentThatIsMadeAfreshForEachRequestIsNotPutTogetherFromTwo() throws {
    let long = 200_000
    try LoopbackServer { request in
      let letter = UInt8(ascii: "a") + UInt8(request.ordinal)
      let drop = request.ordinal < 2 ? 150_000 : nil
      return .file([UInt8](repeating: letter, count: long), to: request, tag: nil, hasRanges: false, dropsAfter: drop)
    }.serve { server, loop throws in
      #expect(try fetch(server.url, on: loop) == [UInt8](repeating: UInt8(ascii: "c"), count: long))
      #expect(server.requests.allSatisfy { $0["range"] == nil })
    }
  }

  @Test func aServerThatAlwaysDropsIsGivenUpHoweverMuchItSends() throws {
    let data = pattern(1_000_000)
    try LoopbackServer { .file(data, to: $0, dropsAfter: 900_000) }.serve { server, loop throws in
      #expect(throws: RemoteError.self) { try fetch(server.url, on: loop) }
      #expect(server.requests.count == 3)
    }
  }

  @Test func givingUpEndsTheTransfer() throws {
    try LoopbackServer { _ in LoopbackServer.Answer("", ending: .stall) }.serve { server, loop throws in
      var asked = 0
      #expect(throws: RemoteError.cancelled) {
        () throws(RemoteError) in
        try fetch(server.url, on: loop) {
          asked += 1
          return asked < 3
        }
      }
      #expect(asked == 3)
      #expect(server.waitsForEmptiness())
    }
  }
}
