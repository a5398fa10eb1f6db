import FlyingSocks
import Foundation
import Testing

@testable import PixPublish

@Suite struct FilePiecesTests {
  private let folder: TemporaryFolder
  private let file: OpenFile

  init() throws {
    folder = try TemporaryFolder()
    try folder.add("a", "0123456789")
    file = try #require(OpenFile(folder.file("a")))
  }

  private func pieces(_ range: Range<Int>, of size: Int) async throws -> [String] {
    var iterator = FilePieces(file: file, range: range).makeAsyncIterator()
    var found: [String] = []
    while let piece = try await iterator.nextBuffer(suggested: size) {
      found.append(String(decoding: piece, as: UTF8.self))
    }
    return found
  }

  @Test func aRangeComesInPiecesAndThenEnds() async throws {
    #expect(try await pieces(0..<10, of: 4) == ["0123", "4567", "89"])
    #expect(try await pieces(2..<7, of: 4) == ["2345", "6"])
    #expect(try await pieces(3..<4, of: 100) == ["3"])
    #expect(try await pieces(5..<5, of: 4) == [])
  }

  @Test func bytesOneByOne() async throws {
    var found: [UInt8] = []
    for try await byte in FilePieces(file: file, range: 7..<10) { found.append(byte) }
    #expect(found == Array("789".utf8))
  }

  /// The client must not wait for bytes that will never come.
  @Test func aFileThatBecameShorterIsAnError() async throws {
    #expect(truncate(folder.file("a"), 6) == 0)
    var iterator = FilePieces(file: file, range: 0..<10).makeAsyncIterator()
    #expect(try await iterator.nextBuffer(suggested: 10)?.count == 6)
    await #expect(throws: SocketError.self) { try await iterator.nextBuffer(suggested: 10) }
  }
}
