import PixThreads

/// A small document, collected whole.
final class Fetch: TransferSink {
  private struct State {
    var body: [UInt8] = []
    var isTooLong = false
    var end: Result<Void, RemoteError>?
  }

  private let state = Monitor(State())
  private let limit: Int

  private init(limit: Int) { self.limit = limit }

  func opened(_ head: ResponseHead) { state.withLock { $0.body = [] } }

  func received(_ bytes: UnsafeRawBufferPointer) -> TransferFlow {
    state.withLock { state in
      guard state.body.count + bytes.count <= limit else {
        state.isTooLong = true
        return .stop
      }
      state.body.append(contentsOf: bytes)
      return .more
    }
  }

  func closed(_ error: RemoteError?) {
    state.update { $0.end = error.map { .failure($0) } ?? .success(()) }
  }

  /// Waits for a whole document of at most `limit` bytes, asking at least every 50 ms whether to go on.
  static func document(
    _ request: TransferRequest, limit: Int, on loop: TransferLoop, keepWaiting: () -> Bool
  ) throws(RemoteError) -> [UInt8] {
    var request = request
    request.startsOver = true
    let fetch = Fetch(limit: limit)
    let id = loop.start(request, into: fetch)
    while true {
      if let end = fetch.state.wait(atMost: .milliseconds(50), for: { $0.end }) {
        try end.get()
        return try fetch.state.withLock { state throws(RemoteError) in
          if state.isTooLong {
            throw .description(
              url: request.resource.publicURL, reason: "the document is longer than \(limit) bytes")
          }
          return state.body
        }
      }
      guard keepWaiting() else {
        loop.cancel(id)
        throw .cancelled
      }
      loop.goOn()
    }
  }
}
