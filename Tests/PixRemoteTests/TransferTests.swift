import Testing

@testable import PixRemote

@Suite struct TransferTests {
  private func transfer(
    _ range: Range<Int>? = nil, sink: CollectingSink = CollectingSink(),
    _ change: (inout TransferRequest) -> Void = { _ in }
  ) -> Transfer {
    var request = TransferRequest(.remote(url: "http://host/a.zip?s"), range: range, policy: .quick())
    change(&request)
    return Transfer(id: 1, request: request, sink: sink)
  }

  private func deliver(_ bytes: [UInt8], to transfer: Transfer) { bytes.withUnsafeBytes { transfer.deliver($0) } }

  private let drop = RemoteError.network(url: PublicURL("http://host/a.zip"), reason: "dropped")

  private let full = ResponseHead(status: 200, fields: ["content-length": "100", "etag": "\"a\""])

  private func part(_ first: Int, _ last: Int, _ more: [String: String] = [:]) -> ResponseHead {
    let fields = ["content-range": "bytes \(first)-\(last)/100", "content-length": "\(last - first + 1)"]
    return ResponseHead(status: 206, fields: fields.merging(more) { $1 })
  }

  @Test func theFirstRequestForAWholeFileNamesNoRange() {
    let transfer = transfer()
    #expect(!transfer.needsRange)
    #expect(transfer.ifRangeField == nil)
  }

  @Test func rangeFields() throws {
    #expect(transfer(10..<20).rangeField == "bytes=10-19")
    #expect(transfer(10..<Int.max).rangeField == "bytes=10-")
    let transfer = transfer(10..<20)
    #expect(try transfer.accept(part(10, 19)) == 0)
    deliver([1, 2, 3], to: transfer)
    #expect(transfer.rangeField == "bytes=13-19")
    #expect(transfer.ifRangeField == nil, "there was no validator")
  }

  @Test func aResumedTransferNamesTheFileItBegan() throws {
    let transfer = transfer()
    #expect(try transfer.accept(full) == 0)
    #expect(transfer.ifRangeField == nil)
    deliver(pattern(30), to: transfer)
    #expect(transfer.rangeField == "bytes=30-")
    #expect(transfer.ifRangeField == "\"a\"")
  }

  @Test func answersAreFittedToWhatIsThere() throws {
    let transfer = transfer()
    _ = try transfer.accept(full)
    deliver(pattern(30), to: transfer)
    #expect(try transfer.accept(part(30, 99)) == 0)
    #expect(try transfer.accept(part(20, 99)) == 10)
    #expect(try transfer.accept(full) == 30, "a server without ranges sends it all again")
    for wrong in [part(31, 99), part(99, 99), ResponseHead(status: 206), part(30, 100)] {
      let error = #expect(throws: RemoteError.self) { try transfer.accept(wrong) }
      #expect(error?.mayPass == true)
    }
  }

  @Test func aWholeFileIsRefusedWhereOnlyAPartWillDo() throws {
    let url = PublicURL("http://host/a.zip")
    for range in [0..<10, 10..<100, 10..<Int.max] {
      #expect(throws: RemoteError.rangeless(url: url, size: 100)) {
        try transfer(range) { $0.refusesWhole = true }.accept(full)
      }
    }
    #expect(try transfer(0..<100, { $0.refusesWhole = true }).accept(full) == 0, "the range is the whole file")
    #expect(try transfer(10..<20, { $0.refusesWhole = true }).accept(part(10, 19)) == 0)
    #expect(!RemoteError.rangeless(url: url, size: nil).mayPass)
  }

  @Test func aFileThatWasReadBeforeMustBeTheSame() throws {
    let transfer = transfer(10..<20) { $0.expected = ResponseHead(status: 200, fields: ["etag": "\"b\""]) }
    #expect(throws: RemoteError.changed(url: PublicURL("http://host/a.zip"), before: "\"b\"", after: "\"a\"")) {
      try transfer.accept(part(10, 19, ["etag": "\"a\""]))
    }
    #expect(try transfer.accept(part(10, 19, ["etag": "\"b\""])) == 0)
  }

  @Test func anotherFileIsNotTakenForTheSame() throws {
    let sink = CollectingSink()
    let transfer = transfer(sink: sink)
    _ = try transfer.accept(full)
    // What was opened stays what it is, even before the first byte.
    #expect(throws: RemoteError.changed(url: PublicURL("http://host/a.zip"), before: "\"a\"", after: "\"b\"")) {
      try transfer.accept(ResponseHead(status: 200, fields: ["etag": "\"b\"", "content-length": "100"]))
    }
    deliver(pattern(30), to: transfer)
    #expect(throws: RemoteError.changed(url: PublicURL("http://host/a.zip"), before: "100 bytes", after: "99 bytes")) {
      try transfer.accept(ResponseHead(status: 200, fields: ["content-length": "99"]))
    }
    #expect(try transfer.accept(part(30, 99)) == 0, "a 206 without a validator")
    #expect(sink.now.heads == [full], "opened once")
  }

  @Test func bytesAfterTheRangeAreNotPassedOn() throws {
    let sink = CollectingSink()
    let transfer = transfer(10..<20, sink: sink)
    _ = try transfer.accept(part(10, 99))
    deliver(pattern(7), to: transfer)
    #expect(!transfer.isSated)
    deliver(pattern(7), to: transfer)
    #expect(transfer.isSated)
    #expect(sink.now.bytes == pattern(7) + pattern(3))
    #expect(transfer.complete())
    #expect(sink.now.ends == [nil])
  }

  @Test func heldBytesComeOnceAndInOrder() throws {
    let sink = CollectingSink { bytes, heard in .hold(taken: min(2, bytes.count)) }
    let transfer = transfer(sink: sink)
    _ = try transfer.accept(full)
    deliver([1, 2, 3, 4, 5], to: transfer)
    #expect(transfer.isHeld)
    #expect(!transfer.complete(), "the sink has not taken it all")
    #expect(!transfer.isFinished)
    transfer.release()
    #expect(transfer.isHeld && sink.now.bytes == [1, 2, 3, 4])
    transfer.release()
    #expect(sink.now.bytes == [1, 2, 3, 4, 5])
    #expect(transfer.isFinished)
    #expect(transfer.complete())
    #expect(sink.now.ends == [nil])
  }

  @Test func aSinkThatStopsWhileBytesWereHeldHearsNoMoreOfThem() throws {
    let sink = CollectingSink { _, heard in heard.pieces == 0 ? .hold(taken: 1) : .stop }
    let transfer = transfer(sink: sink)
    _ = try transfer.accept(full)
    deliver([1, 2, 3], to: transfer)
    transfer.release()
    #expect(transfer.isSated)
    #expect(transfer.complete())
    #expect(sink.now.pieces == 2)
  }

  @Test func aBodyThatEndsEarlyIsMissed() throws {
    let whole = transfer()
    _ = try whole.accept(full)
    deliver(pattern(99), to: whole)
    #expect(whole.missing(of: full)?.mayPass == true)
    deliver(pattern(1), to: whole)
    #expect(whole.missing(of: full) == nil)
    let short = transfer(10..<20)
    _ = try short.accept(part(10, 19))
    deliver(pattern(9), to: short)
    #expect(short.missing(of: part(10, 19)) != nil)
    #expect(transfer().missing(of: ResponseHead(status: 200)) == nil, "nobody said how long it is")
    let beyond = transfer(90..<200)
    _ = try beyond.accept(part(90, 99))
    deliver(pattern(10), to: beyond)
    #expect(beyond.missing(of: part(90, 99)) == nil, "the file ends within the range")
  }

  private func remedies(_ transfer: Transfer, _ errors: Int, between bytes: Int) throws -> Int {
    _ = try transfer.accept(full)
    for tried in 1...errors {
      guard case .tryAgain = transfer.failed(drop) else { return tried }
      deliver(pattern(bytes), to: transfer)
    }
    return errors
  }

  @Test func failuresInARowEndTheTransfer() throws {
    let sink = CollectingSink()
    #expect(try remedies(transfer(sink: sink), 10, between: 0) == 3)
    #expect(sink.now.ends == [drop])
  }

  @Test func steadyProgressForgivesFailures() throws {
    #expect(try remedies(transfer(), 10, between: Transfer.steadyProgress) == 10)
  }

  @Test func aLittleProgressDoesNot() throws {
    #expect(try remedies(transfer(), 10, between: 1) == 3)
    #expect(try remedies(transfer(), 10, between: Transfer.steadyProgress - 1) == 3)
  }

  @Test func noProgressForgivesWhereEveryTryStartsOver() throws {
    let transfer = transfer { $0.startsOver = true }
    #expect(try remedies(transfer, 10, between: Transfer.steadyProgress) == 3)
  }

  @Test func aTransferThatStartsOverForgetsWhatItHad() throws {
    let transfer = transfer { $0.startsOver = true }
    _ = try transfer.accept(full)
    deliver(pattern(30), to: transfer)
    guard case .tryAgain = transfer.failed(drop) else { return #expect(Bool(false)) }
    #expect(!transfer.needsRange)
    #expect(try transfer.accept(ResponseHead(status: 200, fields: ["etag": "\"b\""])) == 0)
  }
}
