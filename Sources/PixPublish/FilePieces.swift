import FlyingSocks
import Foundation

/// A part of a file as the body of an answer, read piece by piece as the client takes it.
struct FilePieces: AsyncBufferedSequence {
  typealias Element = UInt8

  let file: OpenFile
  let range: Range<Int>

  func makeAsyncIterator() -> Iterator { Iterator(file: file, rest: range) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    let file: OpenFile
    var rest: Range<Int>

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    /// Throws where a file has become shorter: a connection that closes tells the client, silence would not.
    mutating func nextBuffer(suggested count: Int) async throws -> Data? {
      guard !rest.isEmpty else { return nil }
      let piece = file.read(Swift.min(count, rest.count), at: rest.lowerBound)
      guard !piece.isEmpty else { throw SocketError.disconnected }
      rest = rest.lowerBound + piece.count..<rest.upperBound
      return piece
    }
  }
}
