import PixRemote
import PixThreads
import Testing

/// Keeps everything it hears; says what the test wants said.
final class CollectingSink: TransferSink {
  struct Heard: Sendable {
    var heads: [ResponseHead] = []
    var bytes: [UInt8] = []
    /// Calls of `received`.
    var pieces = 0
    /// Calls of `closed`.
    var ends: [RemoteError?] = []
  }

  private let heard = Monitor(Heard())
  private let flow: @Sendable (UnsafeRawBufferPointer, Heard) -> TransferFlow

  /// - Parameter flow: what to say to bytes, and what was heard before them.
  init(_ flow: @escaping @Sendable (UnsafeRawBufferPointer, Heard) -> TransferFlow = { _, _ in .more }) {
    self.flow = flow
  }

  func opened(_ head: ResponseHead) { heard.update { $0.heads.append(head) } }

  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow {
    heard.update { heard in
      let answer = flow(bytes, heard)
      heard.pieces += 1
      var taken = bytes.count
      if case .hold(let part) = answer { taken = part }
      heard.bytes += UnsafeRawBufferPointer(rebasing: bytes[..<taken]).assumingMemoryBound(to: UInt8.self)
      return answer
    }
  }

  func closed(_ error: RemoteError?) { heard.update { $0.ends.append(error) } }

  var now: Heard { heard.withLock { $0 } }

  var all: Bytes { Bytes(now.bytes) }

  /// Waits until `isMet`, and fails the test when that takes too long.
  func waits(until isMet: (Heard) -> Bool, _ location: SourceLocation = #_sourceLocation) throws -> Heard {
    try #require(
      heard.wait(atMost: .seconds(60)) { isMet($0) ? $0 : nil }, "it never came to that",
      sourceLocation: location)
  }

  /// Waits for the end. Returns what it was.
  func error(_ location: SourceLocation = #_sourceLocation) throws -> RemoteError? {
    let heard = try waits(until: { !$0.ends.isEmpty }, location)
    return heard.ends[0]
  }
}

/// Many bytes, which a failing test does not print one by one.
struct Bytes: Equatable, CustomStringConvertible, CustomReflectable {
  private let bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }
  var description: String { "\(bytes.count) bytes" }
  var customMirror: Mirror { Mirror(self, children: []) }
}

extension TransferLoop {
  /// A whole transfer into a sink that takes everything.
  func bytes(_ request: TransferRequest, _ location: SourceLocation = #_sourceLocation) throws -> [UInt8] {
    let sink = CollectingSink()
    _ = start(request, into: sink)
    if let error = try sink.error(location) { throw error }
    return sink.now.bytes
  }
}
