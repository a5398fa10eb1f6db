import Foundation
import Testing

@testable import PixRemote

@Suite struct FileChannelTests {
  let folder: TemporaryFolder
  let data = pattern(3 * FileChannel.sliceBytes + 17)

  init() throws { folder = try TemporaryFolder() }

  private func request(_ path: String, _ range: Range<Int>? = nil) -> TransferRequest {
    TransferRequest(.file(path: path), range: range, policy: .quick())
  }

  @Test func aFileComesWholeAndItsSizeFirst() throws {
    let path = try folder.write(data, to: "a?b#c.bin")
    try withLoop { loop throws in
      let sink = CollectingSink()
      _ = loop.start(request(path), into: sink)
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
      #expect(sink.now.heads.map(\.totalLength) == [data.count])
      #expect(sink.now.heads[0].acceptsRanges)
      #expect(sink.now.ends.count == 1)
    }
  }

  @Test func ranges() throws {
    let path = try folder.write(data, to: "a.bin")
    let ranges: [Range<Int>] = [
      0..<1, 0..<data.count, 5..<5, 10..<300_000, data.count - 1..<data.count, data.count - 5..<data.count + 50,
      700_000..<Int.max, data.count..<data.count + 1, data.count + 99..<Int.max,
    ]
    try withLoop { loop throws in
      for range in ranges {
        #expect(try loop.bytes(request(path, range)) == Array(data[range.clamped(to: 0..<data.count)]), "\(range)")
      }
    }
  }

  @Test func aFileHasPartsForThoseWhoWantNothingElse() throws {
    let path = try folder.write(data, to: "a.bin")
    try withLoop { loop throws in
      var part = request(path, 10..<20)
      part.refusesWhole = true
      #expect(try loop.bytes(part) == Array(data[10..<20]))
    }
  }

  @Test func anEmptyFile() throws {
    let path = try folder.write([], to: "empty")
    try withLoop { loop throws in #expect(try loop.bytes(request(path)) == []) }
  }

  @Test func whatIsNoRegularFileIsRefusedAtOnce() throws {
    let pipe = folder.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    try withLoop { loop throws in
      for (path, reason) in [
        (pipe, "not a regular file"), (folder.path, "not a regular file"), ("/dev/zero", "not a regular file"),
        (folder.path + "/gone", "No such file or directory"), ("", "No such file or directory"),
      ] {
        #expect(throws: RemoteError.file(path: path, reason: reason)) { try loop.bytes(request(path)) }
      }
    }
  }

  @Test func aFileThatShrinksWhileItIsReadHasChanged() throws {
    let path = try folder.write(data, to: "a.bin")
    try withLoop { loop throws in
      let sink = CollectingSink { bytes, heard in heard.pieces == 0 ? .hold(taken: bytes.count) : .more }
      let id = loop.start(request(path), into: sink)
      _ = try sink.waits { $0.pieces == 1 }
      #expect(truncate(path, 300_000) == 0)
      loop.resume(id)
      #expect(
        try sink.error()
          == .changed(url: PublicURL(path: path), before: "\(data.count) bytes", after: "300000 bytes"))
      #expect(sink.all == Bytes(Array(data[..<300_000])))
    }
  }

  @Test func aFileThatGrowsWhileItIsReadEndsWhereItEndedAtFirst() throws {
    let path = try folder.write(data, to: "a.bin")
    let more = pattern(100_000)
    try withLoop { loop throws in
      // As fast as it is read, it grows.
      let sink = CollectingSink { _, _ in
        let file = fopen(path, "a")
        fwrite(more, 1, more.count, file)
        fclose(file)
        return .more
      }
      _ = loop.start(request(path), into: sink)
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
    }
  }

  @Test func theBytesGivenBackComeAgain() throws {
    let path = try folder.write(data, to: "a.bin")
    try withLoop { loop throws in
      let sink = CollectingSink { bytes, heard in
        heard.pieces % 3 == 2 ? .more : .hold(taken: min(heard.pieces * 1000, bytes.count))
      }
      let id = loop.start(request(path), into: sink)
      var pieces = 0
      while sink.now.ends.isEmpty {
        pieces = try sink.waits { $0.pieces > pieces || !$0.ends.isEmpty }.pieces
        loop.resume(id)
      }
      #expect(try sink.error() == nil)
      #expect(sink.all == Bytes(data))
    }
  }

  @Test func aSinkThatStopsHearsTheEndAndNoMore() throws {
    let path = try folder.write(data, to: "a.bin")
    try withLoop { loop throws in
      let sink = CollectingSink { _, _ in .stop }
      _ = loop.start(request(path), into: sink)
      #expect(try sink.error() == nil)
      #expect(sink.now.pieces == 1)
    }
  }

  @Test func moreFilesThanAreOpenAtOnce() throws {
    let count = 5 * TransferLoop.mostMoving
    let paths = try (0..<count).map { try folder.write(pattern(100 + $0), to: "many/\($0)") }
    try withLoop { loop throws in
      let sinks = paths.map { path in
        let sink = CollectingSink()
        _ = loop.start(request(path), into: sink)
        return sink
      }
      for (index, sink) in sinks.enumerated() {
        #expect(try sink.error() == nil)
        #expect(sink.all == Bytes(pattern(100 + index)))
      }
    }
  }
}
