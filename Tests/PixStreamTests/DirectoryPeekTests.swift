import PixDecode
import PixRemote
import PixThreads
import Testing

@testable import PixStream

@Suite struct DirectoryPeekTests {
  private typealias Outcome = Result<DirectoryPeek.Content, DirectoryPeek.Failure>

  private let picture = TestArchive.png(4, 4, value: 9)
  private let metadata = Array("{\"images\": [{\"filename\": \"0.png\", \"label\": \"cat\"}]}".utf8)

  /// What a peek into an archive at a host comes to, and what it asked for.
  private func peek(
    _ archive: [UInt8], size: Int?, entries: Int? = nil, longest: Int = 1 << 20, hasRanges: Bool = true
  ) throws -> (result: Outcome, requests: [String]) {
    var answer: (Outcome, [String])?
    try withHost(["a.zip": archive], hasRanges: hasRanges) { host in
      let url = host.url + "a.zip"
      let result = Monitor<Outcome?>(nil)
      let transfers = Engine.current.transfers
      let peek = DirectoryPeek(
        size: size, entries: entries, longest: longest, transfers: transfers,
        request: { TransferRequest(.remote(url: url), range: $0, policy: ConnectionPolicy()) },
        done: { found in result.update { $0 = found } })
      transfers.perform { peek.start() }
      answer = (try #require(result.wait(atMost: .seconds(30)) { $0 }), host.requests)
    }
    return try #require(answer)
  }

  private func content(
    _ archive: [UInt8], entries: Int? = nil, longest: Int = 1 << 20
  ) throws -> (content: DirectoryPeek.Content, requests: [String]) {
    let (result, requests) = try peek(archive, size: archive.count, entries: entries, longest: longest)
    return (try result.get(), requests)
  }

  @Test func aSmallArchiveTakesOneRequest() throws {
    let archive = TestArchive.zip([("0.png", picture), ("metadata.json", metadata), ("1.png", picture)])
    let (content, requests) = try content(archive)
    #expect(content.directory.entries.map(\.name) == ["0.png", "metadata.json", "1.png"])
    #expect(try content.metadata?.get()["0.png"] == .text("cat"))
    #expect(try content.metadata?.get()["1.png"] == nil)
    #expect(content.file.totalLength == archive.count)
    #expect(content.file["etag"] != nil)
    #expect(requests == ["a.zip 0-\(archive.count - 1)"])
  }

  @Test func withoutMetadataThereIsNone() throws {
    let (content, _) = try content(TestArchive.zip([("0.png", picture)], sizesFollow: true))
    #expect(content.directory.entries.map(\.size) == [picture.count])
    #expect(content.metadata == nil)
  }

  @Test func noMoreIsReadThanTheDirectoryShouldTake() throws {
    let large = TestArchive.png(4, 4, value: 9, padding: 20_000)
    let archive = TestArchive.zip([("metadata.json", metadata)] + (0..<100).map { ("\($0).png", large) })
    let (content, requests) = try content(archive, entries: 100)
    #expect(content.directory.entries.count == 101)
    #expect(try content.metadata?.get()["0.png"] == .text("cat"))
    let directory = content.start
    #expect(
      requests == [
        "a.zip \(archive.count - 100 * 100 - 1024)-\(archive.count - 1)",
        "a.zip 0-\(content.directory.entries[1].offset - 1)",
      ])
    #expect(directory > archive.count - 11_000)
  }

  @Test func whatTheGuessMissedIsAskedFor() throws {
    let names = (0..<2000).map { "\($0)" + String(repeating: "n", count: 60) + ".png" }
    let archive = TestArchive.zip(names.map { ($0, [1]) })
    for entries in [nil, 10, 2000, 1 << 40] {
      let (content, requests) = try content(archive, entries: entries)
      #expect(content.directory.entries.map(\.name) == names)
      #expect(requests.count == (entries == 1 << 40 ? 1 : 2))
    }
    let tooLong = try peek(archive, size: archive.count, longest: 100_000).result
    guard case .failure(.archive(.size(let entry, _, found: 100_000))) = tooLong else {
      return #expect(Bool(false), "\(tooLong)")
    }
    #expect(entry == "the central directory")
  }

  @Test func aLongCommentIsLookedBehind() throws {
    var archive = TestArchive.zip([("0.png", TestArchive.png(4, 4, value: 9, padding: 100_000))])
    archive[archive.count - 1] = 0xEA
    archive += [UInt8](repeating: 7, count: 0xEA00)
    let (content, requests) = try content(archive, entries: 1)
    #expect(content.directory.entries.map(\.name) == ["0.png"])
    #expect(requests.count == 2)
  }

  @Test func theServerKnowsTheSizeBest() throws {
    let archive = TestArchive.zip([("0.png", picture), ("metadata.json", metadata)])
    for size in [nil, archive.count - 1, archive.count + 1, archive.count + 100_000] as [Int?] {
      let (result, requests) = try peek(archive, size: size, entries: 1)
      #expect(try result.get().directory.entries.count == 2, "\(String(describing: size))")
      #expect(requests.last == "a.zip 0-\(archive.count - 1)")
      #expect(requests.count <= 3)
    }
  }

  @Test func aHostWithoutRangesIsNotReadThrough() throws {
    let archive = TestArchive.zip([("0.png", TestArchive.png(4, 4, value: 9, padding: 8_000_000))])
    let (result, requests) = try peek(archive, size: archive.count, hasRanges: false)
    guard case .failure(.download(.rangeless(_, size: archive.count))) = result else {
      return #expect(Bool(false), "\(result)")
    }
    #expect(requests == ["a.zip"])
  }

  @Test func metadataThatIsTooLongOrBrokenIsLeftToTheReader() throws {
    let archive = TestArchive.zip([("0.png", picture), ("metadata.json", metadata)])
    let (short, _) = try content(archive, longest: 130)
    #expect(short.directory.entries.count == 2)
    let (broken, _) = try content(TestArchive.zip([("0.png", picture), ("metadata.json", [1, 2])]))
    #expect(broken.directory.entries.count == 2)
    #expect(throws: ZipError.self) { try broken.metadata?.get() }
  }

  @Test func whatHasNoDirectoryHasNoResult() throws {
    let text = Array("no archive at all".utf8)
    guard case .failure(let failure) = try peek(text, size: text.count).result else {
      return #expect(Bool(false), "it was read")
    }
    #expect(failure == .archive(.notAnArchive(startsWith: "\"no archive at al\"")))
    let (empty, requests) = try peek([], size: 0)
    #expect(throws: DirectoryPeek.Failure.archive(.cutShort(entry: nil, offset: 0))) { try empty.get() }
    #expect(requests == [])
  }
}
