import PixRemote
import Testing

@testable import PixStream

@Suite struct RangeSinkTests {
  private func collect(_ parts: [[UInt8]], count: Int, error: RemoteError? = nil) -> [UInt8]?? {
    nonisolated(unsafe) var result: [UInt8]??
    let sink = RangeSink(count) { result = .some($0) }
    for part in parts { _ = part.withUnsafeBytes(sink.received) }
    sink.closed(error)
    return result
  }

  @Test func partsAreOneRange() { #expect(collect([[1, 2], [], [3]], count: 3) == .some([1, 2, 3])) }
  @Test func moreThanAskedForIsLeft() { #expect(collect([[1, 2], [3, 4], [5]], count: 3) == .some([1, 2, 3])) }
  @Test func lessThanAskedForIsNothing() { #expect(collect([[1, 2]], count: 3) == .some(nil)) }
  @Test func anErrorIsNothing() { #expect(collect([[1, 2, 3]], count: 3, error: .cancelled) == .some(nil)) }
}
