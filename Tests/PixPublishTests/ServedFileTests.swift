import FlyingFox
import Foundation
import Testing

@testable import PixPublish

@Suite struct ServedFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.add("a.zip", "0123456789")
  }

  private func answer(_ method: HTTPMethod = .GET, _ headers: [HTTPHeader: String] = [:]) throws -> HTTPResponse {
    try #require(ServedFile(folder.file("a.zip"))).response(to: request("/a.zip", method, headers))
  }

  private static let ifRange = HTTPHeader("If-Range")

  @Test func theWholeFileComesWithItsValidators() async throws {
    var times = [timeval(tv_sec: 1_761_825_600, tv_usec: 0), timeval(tv_sec: 1_761_825_600, tv_usec: 0)]
    #expect(utimes(folder.file("a.zip"), &times) == 0)
    let answer = try answer()
    #expect(answer.statusCode == .ok)
    #expect(answer.headers[.acceptRanges] == "bytes")
    #expect(answer.headers[.contentType] == "application/zip")
    #expect(answer.headers[.lastModified] == "Thu, 30 Oct 2025 12:00:00 GMT")
    #expect(answer.headers[.eTag]?.hasPrefix("\"a-") == true)
    #expect(answer.headers[.contentRange] == nil)
    #expect(try await answer.text == "0123456789")
  }

  @Test(arguments: [
    ("bytes=2-4", "234", "bytes 2-4/10"), ("bytes=-3", "789", "bytes 7-9/10"), ("bytes=9-", "9", "bytes 9-9/10"),
  ])
  func aPartIsServed(range: String, text: String, place: String) async throws {
    let answer = try answer(.GET, [.range: range])
    #expect(answer.statusCode == .partialContent)
    #expect(answer.headers[.contentRange] == place)
    #expect(try await answer.text == text)
  }

  @Test func aPartBehindTheEndIsRefused() async throws {
    let answer = try answer(.GET, [.range: "bytes=10-"])
    #expect(answer.statusCode == .rangeNotSatisfiable)
    #expect(answer.headers[.contentRange] == "bytes */10")
    #expect(try await answer.text == "")
  }

  @Test func partsAreForGETAlone() throws {
    let answer = try answer(.HEAD, [.range: "bytes=2-4"])
    #expect(answer.statusCode == .ok)
    #expect(answer.headers[.contentRange] == nil)
  }

  @Test func aConditionalPartNeedsTheSameFile() async throws {
    let first = try answer()
    let tag = try #require(first.headers[.eTag])
    let date = try #require(first.headers[.lastModified])
    for condition in [tag, date] {
      #expect(try answer(.GET, [.range: "bytes=2-4", Self.ifRange: condition]).statusCode == .partialContent)
    }
    for condition in ["\"other\"", "W/\(tag)", "Thu, 01 Jan 1970 00:00:00 GMT", ""] {
      let answer = try answer(.GET, [.range: "bytes=2-4", Self.ifRange: condition])
      #expect(answer.statusCode == .ok)
      #expect(try await answer.text == "0123456789")
    }
  }

  @Test func aFileTheClientHasIsNotSentAgain() async throws {
    let tag = try #require(try answer().headers[.eTag])
    for field in [tag, "W/\(tag)", "\"other\", \(tag)", "\"other\",W/\(tag)", "*"] {
      let answer = try answer(.GET, [.ifNoneMatch: field])
      #expect(answer.statusCode == .notModified)
      #expect(answer.headers[.eTag] == tag)
      #expect(try await answer.text == "")
    }
    for field in ["\"other\"", "", tag.uppercased() + "x"] {
      #expect(try answer(.GET, [.ifNoneMatch: field]).statusCode == .ok)
    }
  }

  @Test func anyChangeChangesTheTag() throws {
    let first = try answer().headers[.eTag]
    #expect(try answer().headers[.eTag] == first)
    try folder.add("a.zip", "0123456780")
    let second = try answer().headers[.eTag]
    #expect(second != first)
    try folder.add("a.zip", "01234567890")
    #expect(try answer().headers[.eTag] != second)
  }

  @Test func descriptionsAreJSON() throws {
    try folder.add("dataset.json", "{}")
    let served = try #require(ServedFile(folder.file("dataset.json")))
    #expect(served.response(to: request("/dataset.json")).headers[.contentType] == "application/json")
  }

  @Test func anEmptyFileIsServedWhole() async throws {
    try folder.add("a.zip", "")
    let answer = try answer()
    #expect(answer.statusCode == .ok)
    #expect(try await answer.text == "")
    #expect(try self.answer(.GET, [.range: "bytes=0-"]).statusCode == .rangeNotSatisfiable)
  }

  @Test func foldersPipesAndMissingFilesAreNoFiles() throws {
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    for name in ["", "pipe", "gone"] { #expect(ServedFile(folder.file(name)) == nil) }
  }

  /// 8 GiB that take no room on disk; read whole, they would take it in memory.
  @Test func aBigFileIsReadPieceByPiece() async throws {
    #expect(truncate(folder.file("a.zip"), 8 << 30) == 0)
    guard case .httpBody(let body) = try answer().payload else {
      Issue.record("there is no body")
      return
    }
    #expect(body.count == 8 << 30)
    var pieces = body.makeAsyncIterator()
    for _ in 0..<3 { #expect(try await pieces.next()?.count == ServedFile.pieceBytes) }
    let end = try answer(.GET, [.range: "bytes=\((8 << 30) - 2)-"])
    #expect(try await end.text == "\0\0")
  }
}
