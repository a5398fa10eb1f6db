import Foundation
import PixThreads
import Testing

@testable import PixRemote

@Suite struct TransferLoopTests {
  let data = pattern(2_000_000)

  private func request(
    _ url: String, _ range: Range<Int>? = nil, policy: ConnectionPolicy = .quick()
  ) -> TransferRequest {
    TransferRequest(.remote(url: url), range: range, policy: policy)
  }

  // MARK: Drops

  @Test func everyByteComesOnceAcrossDrops() throws {
    try LoopbackServer { [data] in .file(data, to: $0, dropsAfter: $0.ordinal < 5 ? 300_000 : nil) }.serve {
      server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
      #expect(sink.now.heads.count == 1 && sink.now.ends.count == 1)
      #expect(
        server.requests.map { $0["range"] }
          == [nil] + (1...5).map { "bytes=\($0 * 300_000)-" })
      #expect(server.requests.map { $0["if-range"] } == [nil] + [String?](repeating: "\"v1\"", count: 5))
    }
  }

  @Test func aRangeIsResumedWithinItself() throws {
    try LoopbackServer { [data] in .file(data, to: $0, dropsAfter: $0.ordinal == 0 ? 70_000 : nil) }.serve {
      server, loop throws in
      #expect(try loop.bytes(request(server.url, 500_000..<700_000)) == Array(data[500_000..<700_000]))
      #expect(server.requests.map { $0["range"] } == ["bytes=500000-699999", "bytes=570000-699999"])
    }
  }

  @Test func aServerWithoutRangesIsResumedBySkipping() throws {
    try LoopbackServer { [data] in
      .file(data, to: $0, tag: nil, hasRanges: false, dropsAfter: $0.ordinal < 4 ? 300_000 * ($0.ordinal + 1) : nil)
    }.serve { server, loop throws in
      #expect(try loop.bytes(request(server.url)) == data)
      #expect(server.requests.count == 5)
      #expect(server.requests.allSatisfy { $0["if-range"] == nil })
    }
  }

  @Test func aFileThatChangesBetweenTwoConnectionsIsToldApart() throws {
    let other = [UInt8](data.reversed())
    try LoopbackServer { [data] in
      $0.ordinal == 0 ? .file(data, to: $0, dropsAfter: 300_000) : .file(other, to: $0, tag: "\"v2\"")
    }.serve { server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      #expect(
        try sink.error() == .changed(url: PublicURL(server.url), before: "\"v1\"", after: "\"v2\""))
      #expect(sink.all == Bytes(Array(data[..<300_000])))
      #expect(server.requests.count == 2)
    }
  }

  @Test func aFileOfAnotherLengthWithoutTagsIsToldApart() throws {
    try LoopbackServer { [data] in
      .file($0.ordinal == 0 ? data : data + [0], to: $0, tag: nil, dropsAfter: $0.ordinal == 0 ? 300_000 : nil)
    }.serve { server, loop throws in
      #expect(
        throws: RemoteError.changed(url: PublicURL(server.url), before: "2000000 bytes", after: "2000001 bytes")
      ) { try loop.bytes(request(server.url)) }
    }
  }

  @Test func aResumedAnswerMayLeaveItsValidatorsOut() throws {
    try LoopbackServer { [data] in
      var answer = LoopbackServer.Answer.file(data, to: $0, tag: $0.ordinal == 0 ? "\"v1\"" : nil)
      if $0.ordinal == 0 {
        answer = .file(data, to: $0, dropsAfter: 300_000)
      } else {
        answer = .head(206, ["Content-Length": "1700000", "Content-Range": "bytes 300000-1999999/2000000"])
          .followed(by: Array(data[300_000...]))
      }
      return answer
    }.serve { server, loop throws in
      #expect(try loop.bytes(request(server.url)) == data)
    }
  }

  @Test(arguments: [
    "bytes 5-9/10", "bytes 300001-1999999/2000000", "bytes */2000000", "bytes 0-0/1", "bytes 300000-299999/2000000",
    "bytes 300000-9223372036854775807/*", "", "nonsense",
  ])
  func aWrongRangeIsNoProgressAndEnds(field: String) throws {
    try LoopbackServer { [data] in
      $0.ordinal == 0
        ? .file(data, to: $0, tag: nil, dropsAfter: 300_000)
        : .head(206, ["Content-Length": "5", "Content-Range": field]).followed(by: Array("wrong".utf8))
    }.serve { server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      #expect(try sink.error() != nil)
      #expect(sink.all == Bytes(Array(data[..<300_000])))
      #expect(server.requests.count <= 3)
    }
  }

  @Test func answersThatAreShorterThanAskedForAreAskedOn() throws {
    try LoopbackServer { [data] in
      guard let range = $0["range"], let first = Int(range.dropFirst(6).prefix { $0 != "-" }) else {
        return .file(data, to: $0, dropsAfter: 200_000)
      }
      let last = min(first + 399_999, data.count - 1)
      return .head(206, ["Content-Length": "\(last - first + 1)", "Content-Range": "bytes \(first)-\(last)/2000000"])
        .followed(by: Array(data[first...last]))
    }.serve { server, loop throws in
      #expect(try loop.bytes(request(server.url)) == data)
    }
  }

  @Test(arguments: [true, false])
  func aServerThatSendsAByteAndDropsForEverIsGivenUp(hasRanges: Bool) throws {
    try LoopbackServer { [data] in
      .file(data, to: $0, hasRanges: hasRanges, dropsAfter: hasRanges ? 1 : $0.ordinal + 1)
    }.serve { server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      #expect(try sink.error() != nil)
      #expect(server.requests.count == 3)
      #expect(sink.all == Bytes(Array(data[..<3])))
    }
  }

  // MARK: Tries

  @Test func aServerThatFailsIsTriedThreeTimes() throws {
    try LoopbackServer { _ in .status(503, body: #"{"detail": "busy"}"#) }.serve { server, loop throws in
      let url = PublicURL(server.url)
      #expect(throws: RemoteError.status(url: url, status: 503, message: "busy", retryAfter: nil)) {
        try loop.bytes(request(server.url))
      }
      #expect(server.requests.count == 3)
    }
  }

  @Test func aConnectionThatDropsAtOnceIsTriedThreeTimes() throws {
    try LoopbackServer { _ in LoopbackServer.Answer("", ending: .drop) }.serve { server, loop throws in
      let error = #expect(throws: RemoteError.self) { try loop.bytes(request(server.url)) }
      guard case .network? = error else { return #expect(Bool(false), "\(error!)") }
      #expect(server.requests.count >= 3)
    }
  }

  @Test func retryAfterIsObeyed() throws {
    try LoopbackServer { [data] in
      $0.ordinal == 0 ? .status(429, ["Retry-After": "1"]) : .file(data, to: $0)
    }.serve { server, loop throws in
      let started = ContinuousClock.now
      #expect(try loop.bytes(request(server.url)) == data)
      #expect(ContinuousClock.now - started >= .seconds(1))
    }
  }

  @Test func aRetryAfterThatIsTooLongIsNotWaitedFor() throws {
    try LoopbackServer { _ in .status(503, ["Retry-After": "100000"]) }.serve { server, loop throws in
      let url = PublicURL(server.url)
      #expect(
        throws: RemoteError.status(url: url, status: 503, message: nil, retryAfter: .seconds(100_000))
      ) { try loop.bytes(request(server.url)) }
      #expect(server.requests.count == 1)
    }
  }

  @Test func silenceEndsATry() throws {
    try LoopbackServer { [data] in
      $0.ordinal == 0
        ? .head(200, ["Content-Length": "\(data.count)", "ETag": "\"v1\""], ending: .stall)
          .followed(by: Array(data[..<100_000]))
        : .file(data, to: $0)
    }.serve { server, loop throws in
      #expect(try loop.bytes(request(server.url, policy: .quick(timeout: .milliseconds(500)))) == data)
      #expect(server.requests[1]["range"] == "bytes=100000-")
    }
  }

  @Test func aSilentServerIsGivenUp() throws {
    try LoopbackServer { _ in LoopbackServer.Answer("", ending: .stall) }.serve { server, loop throws in
      let policy = ConnectionPolicy.quick(timeout: .milliseconds(100), tries: 2)
      #expect(
        throws: RemoteError.network(url: PublicURL(server.url), reason: "no byte came for 0.1 s (the timeout)")
      ) { try loop.bytes(request(server.url, policy: policy)) }
      #expect(server.requests.count == 2)
      #expect(server.waitsForEmptiness())
    }
  }

  // MARK: Holding, stopping, cancelling

  @Test func aSinkThatHoldsGetsEveryByteOnceAndInOrder() throws {
    try LoopbackServer { [data] in .file(data, to: $0, dropsAfter: $0.ordinal < 3 ? 500_000 : nil) }.serve {
      server, loop throws in
      let sink = CollectingSink { bytes, heard in
        heard.pieces % 4 == 3 ? .more : .hold(taken: min(bytes.count, heard.pieces * 7919))
      }
      let id = loop.start(request(server.url), into: sink)
      var pieces = 0
      while sink.now.ends.isEmpty {
        pieces = try sink.waits { $0.pieces > pieces || !$0.ends.isEmpty }.pieces
        loop.resume(id)
      }
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
    }
  }

  @Test func nothingComesWhileASinkHolds() throws {
    let big = pattern(20_000_000)
    try LoopbackServer { .file(big, to: $0) }.serve { server, loop throws in
      let sink = CollectingSink { bytes, heard in heard.pieces == 1 ? .hold(taken: 5) : .more }
      let id = loop.start(request(server.url), into: sink)
      _ = try sink.waits { $0.pieces == 2 }
      // Another transfer gets all of its bytes meanwhile.
      #expect(try loop.bytes(request(server.url)) == big)
      #expect(sink.now.pieces == 2)
      loop.resume(id)
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(big))
    }
  }

  @Test func aHeldTransferDoesNotTimeOut() throws {
    let big = pattern(20_000_000)
    try LoopbackServer { .file(big, to: $0) }.serve { server, loop throws in
      let sink = CollectingSink { bytes, heard in heard.pieces == 0 ? .hold(taken: 1) : .more }
      let id = loop.start(request(server.url, policy: .quick(timeout: .milliseconds(300))), into: sink)
      _ = try sink.waits { $0.pieces == 1 }
      // A silent transfer beside it shows that the time has passed.
      let beside = LoopbackServer { _ in LoopbackServer.Answer("", ending: .stall) }
      try beside.serve { beside, _ throws in
        let policy = ConnectionPolicy.quick(timeout: .milliseconds(600), tries: 1)
        #expect(throws: RemoteError.self) { try loop.bytes(request(beside.url, policy: policy)) }
      }
      #expect(sink.now.ends.isEmpty)
      loop.resume(id)
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(big))
      #expect(server.requests.count == 1)
    }
  }

  @Test func aConnectionThatEndsWhileItIsHeldIsResumed() throws {
    try LoopbackServer { [data] in .file(data, to: $0, dropsAfter: $0.ordinal == 0 ? 400_000 : nil) }.serve {
      server, loop throws in
      let sink = CollectingSink { bytes, heard in heard.pieces == 0 ? .hold(taken: 0) : .more }
      let id = loop.start(request(server.url), into: sink)
      _ = try sink.waits { $0.pieces == 1 }
      loop.resume(id)
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
    }
  }

  @Test func theEndWaitsForTheSinkToTakeTheLastBytes() throws {
    try LoopbackServer { _ in .status(200, body: "abcdef") }.serve { server, loop throws in
      let sink = CollectingSink { bytes, _ in .hold(taken: min(2, bytes.count)) }
      let id = loop.start(request(server.url), into: sink)
      for count in [2, 4] {
        #expect(try sink.waits { $0.bytes.count >= count }.ends.isEmpty)
        // The connection is free again although the transfer is not over.
        #expect(try loop.bytes(request(server.url)) == Array("abcdef".utf8))
        loop.resume(id)
      }
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(Array("abcdef".utf8)))
    }
  }

  @Test func resumingWhatIsNotHeldChangesNothing() throws {
    try LoopbackServer { [data] in .file(data, to: $0) }.serve { server, loop throws in
      let sink = CollectingSink()
      let id = loop.start(request(server.url), into: sink)
      for _ in 0..<50 { loop.resume(id) }
      loop.resume(id + 1000)
      loop.resume(-id)
      loop.cancel(id + 1000)
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
    }
  }

  @Test func aSinkThatStopsIsToldTheEndAndTheConnectionIsClosed() throws {
    try LoopbackServer { [data] _ in
      .head(200, ["Content-Length": "\(data.count + 1)"], ending: .stall).followed(by: data)
    }.serve { server, loop throws in
      let sink = CollectingSink { bytes, heard in heard.bytes.count > 500_000 ? .stop : .more }
      _ = loop.start(request(server.url), into: sink)
      #expect(try sink.error() == nil)
      #expect(server.waitsForEmptiness())
      #expect(sink.now.ends.count == 1)
      #expect(server.requests.count == 1)
    }
  }

  @Test func aSinkThatStopsAfterHoldingIsToldTheEnd() throws {
    // What libcurl kept during the hold is the last that ever comes.
    try LoopbackServer { [data] _ in
      .head(200, ["Content-Length": "\(data.count)"], ending: .stall).followed(by: Array(data[..<600_000]))
    }.serve { server, loop throws in
      for stopAt in 1...3 {
        let sink = CollectingSink { bytes, heard in
          heard.pieces == stopAt ? .stop : heard.pieces == 0 ? .hold(taken: bytes.count) : .more
        }
        let id = loop.start(request(server.url), into: sink)
        _ = try sink.waits { $0.pieces == 1 }
        loop.resume(id)
        #expect(try sink.error() == nil)
        #expect(sink.now.pieces == stopAt + 1)
      }
      #expect(server.requests.count == 3, "none was tried again")
    }
  }

  @Test func aCancelledTransferIsSilentAndItsSinkIsFreed() throws {
    final class Witness: Sendable {
      let gone: Monitor<Bool>
      init(_ gone: Monitor<Bool>) { self.gone = gone }
      deinit { gone.update { $0 = true } }
    }
    let gone = Monitor(false)
    try LoopbackServer { _ in
      .head(200, ["Content-Length": "10"], ending: .stall).followed(by: [1])
    }.serve { server, loop throws in
      var witness: Witness? = Witness(gone)
      let ends = Monitor(0)
      var sink: CollectingSink? = CollectingSink { [witness] _, _ in withExtendedLifetime(witness) { .more } }
      witness = nil
      let id = loop.start(request(server.url), into: sink!)
      _ = try sink!.waits { $0.pieces == 1 }
      #expect(sink!.now.ends.isEmpty)
      sink = nil
      loop.cancel(id)
      #expect(gone.wait(atMost: .seconds(30)) { $0 ? true : nil } == true)
      #expect(server.waitsForEmptiness())
      #expect(ends.withLock { $0 } == 0)
    }
  }

  @Test func whatIsPerformedComesAfterWhatWasAskedForBefore() throws {
    try withLoop { loop throws in
      let order = Monitor<[Int]>([])
      for number in 0..<100 { loop.perform { order.update { $0.append(number) } } }
      #expect(order.wait(atMost: .seconds(30)) { $0.count == 100 ? $0 : nil } == Array(0..<100))
    }
  }

  // MARK: Parking

  @Test func transfersGoOnAfterParking() throws {
    let big = pattern(8_000_000)
    try LoopbackServer { .file(big, to: $0, dropsAfter: $0.ordinal == 0 ? 1_000_000 : nil) }.serve {
      server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      var pieces = 0
      while sink.now.ends.isEmpty {
        loop.park()
        let parked = sink.now.pieces
        loop.unpark()
        loop.goOn()
        pieces = try sink.waits { $0.pieces > pieces || !$0.ends.isEmpty }.pieces
        #expect(pieces >= parked)
      }
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(big))
    }
  }

  @Test func nothingMovesWhileParkedAndWhatIsAskedForThenIsNotLost() throws {
    try LoopbackServer { [data] in .file(data, to: $0) }.serve { server, loop throws in
      #expect(try loop.bytes(request(server.url)) == data)
      loop.park()
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      #expect(sink.now.heads.isEmpty && server.requests.count == 1)
      loop.unpark()
      #expect(sink.now.heads.isEmpty && server.requests.count == 1)
      loop.goOn()
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
    }
  }

  @Test func theTimeWithoutAThreadIsNoSilence() throws {
    let gate = Monitor(false)
    try LoopbackServer { [data] in
      _ = gate.wait(atMost: .seconds(30)) { $0 ? true : nil }
      return .file(data, to: $0)
    }.serve { server, loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(server.url, policy: .quick(timeout: .seconds(2), tries: 1)), into: sink)
      #expect(server.waits(forRequests: 1))
      loop.park()
      usleep(2_100_000)
      loop.unpark()
      loop.goOn()
      usleep(100_000)
      gate.update { $0 = true }
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
    }
  }

  @Test func anAbandonedLoopClosesItsFiles() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(data, to: "held.bin")
    let loop = TransferLoop()
    let sink = CollectingSink { _, _ in .hold(taken: 0) }
    _ = loop.start(TransferRequest(.file(path: path), range: nil, policy: .quick()), into: sink)
    _ = try sink.waits { $0.pieces == 1 }
    loop.park()
    #expect(openFiles().contains(path))
    loop.abandon()
    #expect(!openFiles().contains(path))
  }

  private func openFiles() -> [String] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)") }
  }

  @Test func anAbandonedLoopClosesItsConnections() throws {
    try LoopbackServer { [data] in .file(data, to: $0) }.serve { server, _ throws in
      let loop = TransferLoop()
      #expect(try loop.bytes(request(server.url)) == data)
      loop.park()
      #expect(server.connectionCount == 1)
      loop.abandon()
      #expect(server.waitsForEmptiness())
    }
  }

  @Test func nothingMovesOnceTheProcessEnds() throws {
    try LoopbackServer { [data] in .file(data, to: $0) }.serve { server, _ throws in
      let loop = TransferLoop()
      #expect(try loop.bytes(request(server.url)) == data)
      loop.endWithProcess()
      loop.endWithProcess()
      let sink = CollectingSink()
      _ = loop.start(request(server.url), into: sink)
      #expect(sink.now.heads.isEmpty && server.requests.count == 1)
    }
  }

  // MARK: Many

  @Test func thousandsOfSmallTransfersShareFewConnections() throws {
    try LoopbackServer { request in
      .status(200, body: String(request.target.dropFirst()))
    }.serve { server, loop throws in
      let sinks = (0..<2000).map { number in
        let sink = CollectingSink()
        _ = loop.start(request("\(server.url)/\(number)"), into: sink)
        return sink
      }
      for (number, sink) in sinks.enumerated() {
        #expect(try sink.error() == nil)
        #expect(String(decoding: sink.now.bytes, as: UTF8.self) == "\(number)")
      }
      #expect(server.mostConnections <= TransferLoop.mostMoving)
      #expect(server.connectionCount <= 2 * TransferLoop.mostMoving)
      #expect(server.requests.count == 2000)
    }
  }

  @Test func heldTransfersDoNotKeepOthersFromMoving() throws {
    try LoopbackServer { [data] in .file(Array(data[..<600_000]), to: $0) }.serve { server, loop throws in
      let held = (0..<TransferLoop.mostMoving + 5).map { _ in
        let sink = CollectingSink { _, heard in heard.pieces == 0 ? .hold(taken: 0) : .more }
        return (loop.start(request(server.url), into: sink), sink)
      }
      for (_, sink) in held { _ = try sink.waits { $0.pieces == 1 } }
      #expect(try loop.bytes(request(server.url, 5..<10)) == Array(data[5..<10]))
      for (id, _) in held { loop.resume(id) }
      for (_, sink) in held { #expect(try sink.error() == nil) }
    }
  }

  @Test func theOrderOfStartingIsTheOrderOfAsking() throws {
    // More than move at once, and none ends before all that may have begun.
    let count = TransferLoop.mostMoving + 40
    try LoopbackServer { .status(200, body: $0.target) }.serve { server, loop throws in
      let order = Monitor<[Int]>([])
      loop.park()
      let sinks = (0..<count).map { number in
        let sink = CollectingSink { _, _ in
          order.withLock { $0.append(number) }
          return .more
        }
        _ = loop.start(request("\(server.url)/\(number)"), into: sink)
        return sink
      }
      loop.unpark()
      loop.goOn()
      for sink in sinks { #expect(try sink.error() == nil) }
      let early = Set(order.withLock { $0 }.prefix(20))
      #expect(early.allSatisfy { $0 < TransferLoop.mostMoving + 20 }, "\(early)")
    }
  }
}
