import FoundationEssentials
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

  static let longestDescription = 256 << 20

  /// Waits for a document and reads it as JSON.
  static func decoded<Document: Decodable>(
    _ type: Document.Type, _ request: TransferRequest, on loop: TransferLoop, keepWaiting: () -> Bool
  ) throws(RemoteError) -> Document {
    let body = try document(request, limit: longestDescription, on: loop, keepWaiting: keepWaiting)
    do { return try JSONDecoder().decode(type, from: Data(body)) } catch {
      throw .description(url: request.resource.publicURL, reason: explanation(of: error))
    }
  }

  private static func explanation(of error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return path.isEmpty ? "the document" : "\"\(path.drop { $0 == "." })\""
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context)?: return "\(place(context)) has no \"\(key.stringValue)\""
    case .typeMismatch(let type, let context)?: return "\(place(context)) is not of type \(type)"
    case .valueNotFound(let type, let context)?: return "\(place(context)) is null instead of \(type)"
    case .dataCorrupted(let context)? where !context.codingPath.isEmpty:
      return "\(place(context)) is \(context.debugDescription)"
    default: return "it is no JSON"
    }
  }
}
