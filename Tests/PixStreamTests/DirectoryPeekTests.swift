import PixDecode
import PixRemote
import PixThreads
import Testing

@testable import PixStream

@Suite struct DirectoryPeekTests {
  private let picture = TestArchive.png(4, 4, value: 9)
  private let metadata = Array("{\"images\": [{\"filename\": \"0.png\", \"label\": \"cat\"}]}".utf8)

  /// What a peek into an archive at a host comes to, and what it asked for.
  private func peek(
    _ archive: [UInt8], longest: Int = 1 << 20
  ) throws -> (result: DirectoryPeek.Result?, requests: [String]) {
    var answer: (DirectoryPeek.Result?, [String]) = (nil, [])
    try withHost(["a.zip": archive]) { host in
      let url = host.url + "a.zip"
      let result = Monitor<DirectoryPeek.Result??>(nil)
      let transfers = Engine.current.transfers
      let peek = DirectoryPeek(
        archiveSize: archive.count, longest: longest, transfers: transfers,
        request: { TransferRequest(.remote(url: url), range: $0, policy: ConnectionPolicy()) },
        done: { found in result.update { $0 = .some(found) } })
      transfers.perform { peek.start() }
      answer = (try #require(result.wait(atMost: .seconds(30)) { $0 }), host.requests)
    }
    return answer
  }

  @Test func aSmallArchiveTakesOneRequestMore() throws {
    let archive = TestArchive.zip([("0.png", picture), ("metadata.json", metadata), ("1.png", picture)])
    let (result, requests) = try peek(archive)
    #expect(result?.directory.entries.map(\.name) == ["0.png", "metadata.json", "1.png"])
    #expect(result?.metadata?["0.png"] == .text("cat"))
    #expect(result?.metadata?["1.png"] == nil)
    #expect(requests.count == 2)
    #expect(requests.first == "a.zip 0-\(archive.count - 1)")
  }

  @Test func withoutMetadataOneRequestIsAll() throws {
    let (result, requests) = try peek(TestArchive.zip([("0.png", picture)], sizesFollow: true))
    #expect(result?.directory.entries.map(\.size) == [picture.count])
    #expect(result?.metadata == nil)
    #expect(requests.count == 1)
  }

  @Test func aDirectoryBeforeTheTailIsAskedFor() throws {
    let names = (0..<2000).map { "\($0)" + String(repeating: "n", count: 60) + ".png" }
    let archive = TestArchive.zip(names.map { ($0, [1]) })
    let (result, requests) = try peek(archive)
    #expect(result?.directory.entries.map(\.name) == names)
    #expect(requests.count == 2)
    #expect(try peek(archive, longest: 100_000).result == nil)
  }

  @Test func metadataThatIsTooLongOrBrokenIsLeftToTheReader() throws {
    let archive = TestArchive.zip([("0.png", picture), ("metadata.json", metadata)])
    let (short, _) = try peek(archive, longest: 130)
    #expect(short?.directory.entries.count == 2)
    let (broken, _) = try peek(TestArchive.zip([("0.png", picture), ("metadata.json", [1, 2])]))
    #expect(broken?.directory.entries.count == 2)
    #expect(broken?.metadata == nil)
  }

  @Test func whatHasNoDirectoryHasNoResult() throws {
    #expect(try peek(Array("no archive at all".utf8)).result == nil)
    let (empty, requests) = try peek([])
    #expect(empty == nil)
    #expect(requests == [])
  }
}
