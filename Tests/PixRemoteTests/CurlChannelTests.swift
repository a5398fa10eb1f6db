import PixThreads
import Testing

@testable import PixRemote

@Suite struct CurlChannelTests {
  let data = pattern(300_000)

  private func request(
    _ url: String, _ range: Range<Int>? = nil, policy: ConnectionPolicy = .quick(tries: 1),
    _ change: (inout TransferRequest) -> Void = { _ in }
  ) -> TransferRequest {
    var request = TransferRequest(.remote(url: url), range: range, policy: policy)
    change(&request)
    return request
  }

  @Test func whatARequestSays() throws {
    let key = try APIKey("s3cr3t")
    try LoopbackServer { _ in .status(200, body: "0123456789") }.serve { server, loop throws in
      _ = try loop.bytes(request(server.url + "/a%20b?q=1#fragment"))
      _ = try loop.bytes(request(server.url, 5..<Int.max) { $0.key = key })
      _ = try loop.bytes(request(server.url) { $0.method = .post })
      let (plain, ranged, posted) = (server.requests[0], server.requests[1], server.requests[2])
      #expect(plain.method == "GET" && plain.target == "/a%20b?q=1")
      #expect(plain["accept-encoding"] == "identity")
      #expect(plain["user-agent"]?.hasPrefix("pixcrawler/") == true)
      #expect(plain["range"] == nil && plain["if-range"] == nil && plain["authorization"] == nil)
      #expect(ranged["range"] == "bytes=5-" && ranged["authorization"] == "Bearer s3cr3t")
      #expect(posted.method == "POST" && posted["content-length"] == "0" && posted.bodyLength == 0)
    }
  }

  @Test func oneConnectionServesOneRequestAfterAnother() throws {
    try LoopbackServer { [data] request in
      request.target == "/gone" ? .status(404, body: #"{"detail": "gone"}"#) : .file(data, to: request)
    }.serve { server, loop throws in
      for range in [nil, 0..<10, 299_000..<300_000, 299_990..<Int.max, 0..<300_000, nil] {
        #expect(
          try loop.bytes(request(server.url, range)) == Array(data[(range ?? 0..<Int.max).clamped(to: 0..<300_000)]))
        #expect(throws: RemoteError.self) { try loop.bytes(request(server.url + "/gone")) }
      }
      #expect(server.requests.count == 12)
      #expect(server.connectionCount == 1)
    }
  }

  @Test func aServerThatIgnoresRangesIsReadToTheRangesEndOnly() throws {
    try LoopbackServer { [data] in .file(data, to: $0, hasRanges: false) }.serve { server, loop throws in
      #expect(try loop.bytes(request(server.url, 1000..<2000)) == Array(data[1000..<2000]))
      #expect(try loop.bytes(request(server.url, 299_000..<400_000)) == Array(data[299_000...]))
    }
  }

  @Test func aServerThatIgnoresRangesIsLeftAtItsHeadWhereOnlyAPartWillDo() throws {
    let large = pattern(20_000_000)
    try LoopbackServer { .file(large, to: $0, hasRanges: false) }.serve { server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url, 1000..<2000) { $0.refusesWhole = true }, into: sink)
      #expect(try sink.error() == .rangeless(url: PublicURL(server.url), size: 20_000_000))
      #expect(sink.now.pieces == 0 && sink.now.heads.isEmpty)
      #expect(server.requests.count == 1)
      #expect(server.waitsForEmptiness())
    }
  }

  @Test func aRangeBeyondTheEndIsAnError() throws {
    try LoopbackServer { [data] in .file(data, to: $0, hasRanges: $0.target == "/ranges") }.serve {
      server, loop throws in
      let error = #expect(throws: RemoteError.self) {
        try loop.bytes(request(server.url + "/ranges", 400_000..<400_010))
      }
      #expect(error?.isStatus(416) == true)
      #expect(throws: RemoteError.self) { try loop.bytes(request(server.url + "/none", 400_000..<400_010)) }
    }
  }

  @Test func chunkedBodiesAndTheirTrailers() throws {
    try LoopbackServer { _ in
      .head(200, ["Transfer-Encoding": "chunked", "Trailer": "Content-Length"])
        .followed(by: Array("3\r\nabc\r\n4\r\ndefg\r\n0\r\nContent-Length: 99\r\nETag: late\r\n\r\n".utf8))
    }.serve { server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(Array("abcdefg".utf8)))
      #expect(sink.now.heads[0].totalLength == nil)
    }
  }

  @Test func aRangeThatHasComeIsCompleteThoughItsAnswerNeverEnds() throws {
    try LoopbackServer { _ in
      .head(
        206, ["Content-Range": "bytes 0-4/100", "Content-Length": "5", "Transfer-Encoding": "chunked"],
        ending: .stall
      ).followed(by: Array("5\r\nabcde\r\n".utf8))
    }.serve { server, loop throws in
      let policy = ConnectionPolicy.quick(timeout: .milliseconds(200))
      #expect(try loop.bytes(request(server.url, 0..<5, policy: policy)) == Array("abcde".utf8))
      #expect(server.requests.count == 1)
    }
  }

  @Test func aBodyUntilTheConnectionEnds() throws {
    try LoopbackServer { [data] _ in .head(200, ending: .drop).followed(by: data) }.serve { server, loop throws in
      #expect(try loop.bytes(request(server.url)) == data)
    }
  }

  @Test func anEmptyBodyIsOpenedAndClosed() throws {
    try LoopbackServer { _ in .status(200) }.serve { server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      #expect(try sink.error() == nil)
      #expect(sink.now.heads.count == 1 && sink.now.pieces == 0)
    }
  }

  @Test(arguments: [
    "Content-Length: -5", "Content-Length: 99999999999999999999999", "Content-Length: x", "Content-Range: bytes 5-1/-3",
    "Content-Range: bytes 0-9223372036854775807/9223372036854775807", "Transfer-Encoding: chunked",
    "\u{FF}\u{FE}: \u{0}", "ETag: \u{7F}\u{1}", ":", "HTTP/1.1 700 x",
  ])
  func brokenHeadsEndTheTransfer(line: String) throws {
    for status in [200, 206] {
      try LoopbackServer { _ in
        LoopbackServer.Answer("HTTP/1.1 \(status) Said\r\n\(line)\r\n\r\n", body: Array("abc".utf8), ending: .drop)
      }.serve { server, loop throws in
        let sink = CollectingSink()
        _ = loop.start(request(server.url), into: sink)
        let error = try sink.error()
        #expect(status == 200 || error != nil)
        #expect(sink.now.bytes.count <= 3)
        #expect(sink.now.heads.allSatisfy { $0.totalLength ?? 0 >= 0 })
      }
    }
  }

  @Test func bytesThatAreNoHTTPEndTheTransfer() throws {
    for bytes in [pattern(10_000), [UInt8](repeating: 0x0A, count: 1000), [0x00], Array("HTTP/9.9 200\r\n\r\n".utf8)] {
      try LoopbackServer { _ in LoopbackServer.Answer("", body: bytes, ending: .drop) }.serve {
        server, loop throws in
        #expect(throws: RemoteError.self) { try loop.bytes(request(server.url)) }
      }
    }
  }

  /// Longer than a test waits: what ends under this policy was cut off.
  private let endlessPatience = ConnectionPolicy.quick(timeout: .seconds(600), tries: 1)

  @Test(arguments: [
    ("", "X-Flood: wave\r\n", 200_000), ("X-Flood: ", "x", 2_000_000),
    ("", "\r\nHTTP/1.1 100 Continue\r\n", 100_000),
  ])
  func aFloodOfHeaderFieldsIsCutOff(start: String, wave: String, count: Int) throws {
    let flood = start + String(repeating: wave, count: count)
    try LoopbackServer { _ in
      LoopbackServer.Answer("HTTP/1.1 100 Continue\r\n\(flood)\r\n", ending: .stall)
    }.serve { server, loop throws in
      let error = #expect(throws: RemoteError.self) {
        try loop.bytes(request(server.url, policy: endlessPatience))
      }
      guard case .network? = error else { return #expect(Bool(false), "\(error!)") }
    }
  }

  @Test func aFloodOfTrailersIsCutOff() throws {
    let flood = String(repeating: "X-Flood: wave\r\n", count: 200_000)
    try LoopbackServer { _ in
      .head(200, ["Transfer-Encoding": "chunked"], ending: .stall)
        .followed(by: Array("1\r\na\r\n0\r\n\(flood)".utf8))
    }.serve { server, loop throws in
      #expect(throws: RemoteError.self) { try loop.bytes(request(server.url, policy: endlessPatience)) }
    }
  }

  @Test func theMessageInAnErrorsBodyIsShown() throws {
    try LoopbackServer { _ in .status(403, body: #"{"error": {"message": "not yours"}}"#) }.serve {
      server, loop throws in
      #expect(
        throws: RemoteError.status(
          url: PublicURL(server.url + "/x"), status: 403, message: "not yours", retryAfter: nil)
      ) { try loop.bytes(request(server.url + "/x?signature=s")) }
    }
  }

  @Test func anEndlessErrorBodyIsLeftAtItsLimit() throws {
    try LoopbackServer { _ in
      .head(404, ["Connection": "close"], ending: .stall)
        .followed(by: [UInt8](repeating: 0x20, count: 2 * CurlChannel.longestErrorBody))
    }.serve { server, loop throws in
      let error = #expect(throws: RemoteError.self) {
        try loop.bytes(request(server.url, policy: endlessPatience))
      }
      #expect(error?.isStatus(404) == true)
    }
  }

  @Test func anErrorBodyThatStallsDoesNotHideTheStatus() throws {
    try LoopbackServer { _ in
      .head(401, ["Content-Length": "1000"], ending: .stall).followed(by: Array(#"{"detail""#.utf8))
    }.serve { server, loop throws in
      let error = #expect(throws: RemoteError.self) {
        try loop.bytes(request(server.url, policy: .quick(timeout: .milliseconds(200))))
      }
      #expect(error?.isStatus(401) == true)
      #expect(server.requests.count == 1, "a 401 is not tried again")
    }
  }

  @Test func aRedirectIsFollowedWithTheSameRange() throws {
    try LoopbackServer { [data] request in
      request.target == "/old" ? .status(302, ["Location": "/new"], body: "moved") : .file(data, to: request)
    }.serve { server, loop throws in
      #expect(try loop.bytes(request(server.url + "/old", 10..<20)) == Array(data[10..<20]))
      #expect(server.requests.map { $0["range"] } == ["bytes=10-19", "bytes=10-19"])
    }
  }

  @Test func theKeyFollowsARedirectWithinItsOriginOnly() throws {
    let key = try APIKey("s3cr3t")
    let stranger = LoopbackServer { _ in .status(200, body: "stranger") }
    try stranger.serve { stranger, _ throws in
      try LoopbackServer { request in
        switch request.target {
        case "/within": .status(307, ["Location": "/end"])
        case "/away": .status(307, ["Location": stranger.url + "/end"])
        case "/userinfo":
          .status(307, ["Location": "http://me:pw@" + stranger.url.dropFirst("http://".count) + "/end"])
        case "/name": .status(307, ["Location": "http://localhost" + stranger.url.suffix(6) + "/end"])
        default: .status(200, body: "own")
        }
      }.serve { server, loop throws in
        func get(_ target: String) throws -> String {
          String(decoding: try loop.bytes(request(server.url + target) { $0.key = key }), as: UTF8.self)
        }
        #expect(try get("/within") == "own")
        #expect(server.requests.map { $0["authorization"] } == ["Bearer s3cr3t", "Bearer s3cr3t"])
        #expect(try get("/away") == "stranger")
        #expect(try get("/userinfo") == "stranger")
        #expect(stranger.requests.count == 2)
        #expect(stranger.requests.allSatisfy { $0["authorization"]?.contains("s3cr3t") != true })
      }
    }
  }

  @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x", "dict://127.0.0.1/x"])
  func aRedirectOutOfTheWebIsRefused(location: String) throws {
    try LoopbackServer { _ in .status(302, ["Location": location]) }.serve { server, loop throws in
      let error = #expect(throws: RemoteError.self) {
        try loop.bytes(request(server.url, policy: .quick()))
      }
      guard case .source? = error else { return #expect(Bool(false), "\(error!)") }
      #expect(server.requests.count == 1)
    }
  }

  @Test func aCircleOfRedirectsIsLeft() throws {
    try LoopbackServer { _ in .status(302, ["Location": "/again"]) }.serve { server, loop throws in
      let error = #expect(throws: RemoteError.self) { try loop.bytes(request(server.url, policy: .quick())) }
      #expect(error?.isStatus(302) == true)
      #expect(server.requests.count == 6)
    }
  }

  @Test(arguments: [
    "file:///etc/hostname", "ftp://127.0.0.1/", "http://", "http://a b/", "http://127.0.0.1:99999/", "",
  ])
  func anAddressThatIsNoneIsNotTried(url: String) throws {
    try withLoop { loop throws in
      let error = #expect(throws: RemoteError.self) { try loop.bytes(request(url, policy: .quick())) }
      guard case .source? = error else { return #expect(Bool(false), "\(error!)") }
    }
  }

  @Test func aPortWhereNobodyListensIsANetworkError() throws {
    var url = ""
    try LoopbackServer { _ in .status(200) }.serve { server, _ throws in url = server.url }
    try withLoop { loop throws in
      let error = #expect(throws: RemoteError.self) { try loop.bytes(request(url + "/x?signature=s")) }
      guard case .network(let shown, _)? = error else { return #expect(Bool(false), "\(error!)") }
      #expect(shown.description == url + "/x")
    }
  }

  @Test func aServerWithoutACertificateIsNoHTTPS() throws {
    try LoopbackServer { _ in .status(200) }.serve { server, loop throws in
      let error = #expect(throws: RemoteError.self) {
        try loop.bytes(request("https" + server.url.dropFirst("http".count)))
      }
      guard case .network? = error else { return #expect(Bool(false), "\(error!)") }
      #expect(server.requests.isEmpty)
    }
  }
}

extension RemoteError {
  func isStatus(_ code: Int) -> Bool {
    if case .status(_, let status, _, _) = self { status == code } else { false }
  }
}
