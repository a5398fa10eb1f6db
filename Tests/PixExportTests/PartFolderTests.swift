import PixRemote
import Testing

@testable import PixExport

@Suite struct PartFolderTests {
  private let folder: TestFolder
  private let part: PartFolder

  init() throws {
    folder = try TestFolder()
    part = try PartFolder(of: 3, in: folder.path)
  }

  private let answer = ResponseHead(
    status: 206,
    fields: ["etag": "\"a\"", "content-range": "bytes 5-9/10", "content-length": "5", "set-cookie": "secret"])

  @Test func whatIsKnownOfTheServersFileIsReadAgain() throws {
    #expect(part.expected == nil)
    try part.note(answer)
    // Without bytes, there is nothing that could belong to another file.
    #expect(part.expected == nil)
    try folder.write("3/bytes", [1, 2])
    let again = try PartFolder(of: 3, in: folder.path)
    #expect(again.size == 2)
    #expect(again.expected?["etag"] == "\"a\"")
    #expect(again.expected?.contentLength == 10)
    #expect(!(try folder.read("3/head.json").contains(where: { $0 == UInt8(ascii: "k") })))
  }

  @Test func aDamagedHeadIsNone() throws {
    try part.note(answer)
    try folder.write("3/bytes", [1])
    let whole = try folder.read("3/head.json")
    for length in 0..<whole.count {
      try folder.write("3/head.json", whole.prefix(length))
      #expect(part.expected == nil, "\(length)")
    }
  }

  @Test func emptyingForgetsBoth() throws {
    try part.note(answer)
    try folder.write("3/bytes", [1])
    try part.empty()
    #expect(part.size == 0)
    #expect(part.expected == nil)
    try part.empty()
  }

  @Test func aWholeOneGetsItsName() throws {
    try part.note(answer)
    try folder.write("3/bytes", [1, 2])
    try part.finish(as: folder.path + "/3.zip")
    #expect(try folder.tree() == ["3.zip": [1, 2]])
    #expect(!Disk.exists(part.path))
  }
}
