import PixDecode
import PixRemote
import PixStream
import Testing

@testable import PixExport

@Suite struct ChunkLossesTests {
  private let chunk = ChunkReference(chunkID: "c", chunkIndex: 0, url: "c.zip", label: "owl")

  @Test func reasonsAreToldWithoutThePlace() {
    var losses = ChunkLosses(chunk, ExportSelection(), nil)
    losses.add(.image(chunk: "c", entry: "cat/1.jpg", .notAnImage(found: "plain text")))
    losses.add(.archive(chunk: "c", .malformed(offset: 7, reason: "bad")), entry: "2.jpg")
    losses.add(.count(chunk: "c", declared: 3, found: 2))
    #expect(losses.missing.map(\.entry) == ["cat/1.jpg", "2.jpg", nil])
    #expect(losses.missing[0].reason == "it is no JPEG, PNG or WebP image but plain text")
    #expect(losses.missing[1].reason == "the archive is broken at byte 7: bad")
    #expect(losses.missing[2].reason.hasPrefix("chunk c declares 3 images"))
  }

  @Test func onlyWhatIsWantedIsMissed() throws {
    let json = Array("{\"images\": [{\"filename\": \"1.jpg\", \"label\": \"cat\"}]}".utf8)
    let metadata = try json.withUnsafeBytes { try ChunkMetadata($0) }
    var losses = ChunkLosses(chunk, ExportSelection(labels: ["cat"]), metadata)
    let error = DecodeError.notAnImage(found: "plain text")
    for entry in ["1.jpg", "2.jpg", "cat/3.jpg", "dog/4.jpg"] {
      losses.add(.image(chunk: "c", entry: entry, error))
    }
    losses.add(.archive(chunk: "c", .unsafeName(entry: "../5.jpg", reason: "it has \"..\" in it")))
    losses.add(.archive(chunk: "c", .cutShort(entry: nil, offset: 9)))
    #expect(losses.missing.map(\.entry) == ["1.jpg", "cat/3.jpg", "../5.jpg", nil])
    var owls = ChunkLosses(chunk, ExportSelection(labels: ["owl"]), metadata)
    for entry in ["1.jpg", "2.jpg"] { owls.add(.image(chunk: "c", entry: entry, error)) }
    #expect(owls.missing.map(\.entry) == ["2.jpg"])
  }
}
