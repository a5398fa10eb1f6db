import PixRemote
import Testing

@testable import PixStream

@Suite struct RangeSinkTests {
  private func collect(_ parts: [[UInt8]], count: Int, error: RemoteError? = nil) -> Result<[UInt8], RemoteError>? {
    nonisolated(unsafe) var result: Result<RangeSink.Part, RemoteError>?
    let sink = RangeSink(count) { result = $0 }
    sink.opened(ResponseHead(status: 206))
    for part in parts { _ = part.withUnsafeBytes(sink.received) }
    sink.closed(error)
    if case .success(let part)? = result { #expect(part.head.status == 206) }
    return result.map { $0.map(\.bytes) }
  }

  @Test func partsAreOneRange() { #expect(collect([[1, 2], [], [3]], count: 3) == .success([1, 2, 3])) }
  @Test func moreThanAskedForIsLeft() { #expect(collect([[1, 2], [3, 4], [5]], count: 3) == .success([1, 2, 3])) }
  @Test func lessThanAskedForIsAllThereIs() { #expect(collect([[1, 2]], count: 3) == .success([1, 2])) }
  @Test func anErrorIsTheEnd() {
    #expect(collect([[1, 2, 3]], count: 3, error: .cancelled) == .failure(.cancelled))
  }
}
