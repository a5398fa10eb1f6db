import PixThreads
import Testing

@testable import PixRemote

@Suite struct RequestNoteTests {
  private func note(_ range: Range<Int>?, status: Int?, failure: String? = nil, bytes: Int = 100) -> String {
    RequestNote(
      method: .get, url: PublicURL("https://me:pw@host/c.zip?signature=s3cr3t"), range: range, status: status,
      failure: failure, bytes: bytes, duration: .microseconds(12_345)
    ).description
  }

  @Test func inWords() {
    #expect(note(0..<100, status: 206) == "GET https://host/c.zip (bytes 0-99) → 206, 100 bytes, 12 ms")
    #expect(note(nil, status: 200, bytes: 1) == "GET https://host/c.zip → 200, 1 byte, 12 ms")
    #expect(note(7 ..< .max, status: nil, failure: "no route", bytes: 0).contains("(bytes 7-) → no route, 0 bytes"))
    #expect(note(nil, status: 200, failure: "dropped").contains("→ 200, dropped, 100 bytes"))
  }

  @Test func everyRequestIsTold() throws {
    let data = pattern(1000)
    let notes = Monitor<[RequestNote]>([])
    try LoopbackServer { request in
      request.ordinal == 0 ? .status(503) : .file(data, to: request)
    }.serve { server, loop throws in
      loop.observe { note in notes.update { $0.append(note) } }
      let request = TransferRequest(
        .remote(url: server.url + "/c.zip?key=s3cr3t"), range: 10..<30, policy: .quick())
      _ = try Fetch.document(request, limit: 1 << 20, on: loop, keepWaiting: { true })
    }
    let told = notes.withLock { $0 }
    #expect(told.map(\.status) == [503, 206])
    #expect(told.map(\.bytes) == [0, 20])
    #expect(told.allSatisfy { $0.range == 10..<30 && !$0.description.contains("s3cr3t") })
  }
}
