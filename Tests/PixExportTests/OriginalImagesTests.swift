import PixDecode
import Testing

@testable import PixExport

@Suite struct OriginalImagesTests {
  /// Entries that are given, and those that are missing.
  private func read(
    _ chunk: LocalChunk, _ selection: ExportSelection = ExportSelection(), atMost limit: Int? = nil
  ) throws -> (given: [String], missing: [String?]) {
    var given: [String] = []
    func note(_ image: OriginalImages.Image) {
      #expect(image.bytes.count == image.entry.size)
      given.append("\(image.entry.name) \(image.label ?? "-")")
    }
    let images = OriginalImages(chunk: chunk, selection: selection)
    let missing = try images.forEach(atMost: limit, tick: { _ in }, note)
    return (given, missing.map(\.entry))
  }

  @Test func contentTellsWhatIsAnImage() throws {
    let fixtures = try ExportFixtures("plain")
    #expect(try read(fixtures.chunk(0)).given == ["cat/1.jpg cat", "dog/deep/er/2.png dog", "dog/3.webp dog"])
    #expect(
      try read(fixtures.chunk(1)).given == [
        "4.jpg cat", "5.jpg 7", "cat/6.jpg {\"of\":[1,\"a/b\"]}", "bare.jpg -",
      ])
  }

  @Test func filesThatAreNoneAreNotCounted() throws {
    let fixtures = try ExportFixtures("plain")
    #expect(try read(fixtures.chunk(0, images: 3)).missing.isEmpty)
    #expect(try read(fixtures.chunk(0, images: 4)).missing == [nil])
    // What cannot be had has been promised, too.
    let damaged = try ExportFixtures("damaged").chunk(0, images: 6)
    #expect(try read(damaged).missing == ["cat/text.jpg", "cat/wrong.jpg", "cat/loop.gif"])
  }

  @Test func nothingIsReadBeyondTheLimit() throws {
    let chunk = try ExportFixtures("damaged").chunk(0, images: 9)
    #expect(try read(chunk, atMost: 0) == ([], []))
    #expect(try read(chunk, atMost: 2) == (["cat/0.jpg cat", "cat/cut.jpg cat"], []))
    #expect(try read(chunk, ExportSelection(labels: ["dog"])) == (["dog/5.jpg dog"], [nil]))
  }

  @Test func whoeverIsAskedMayStopIt() throws {
    let chunk = try ExportFixtures("plain").chunk(0)
    #expect(throws: ExportError.cancelled) {
      _ = try OriginalImages(chunk: chunk, selection: ExportSelection()).forEach(
        atMost: nil, tick: { (_) throws(ExportError) in throw .cancelled },
        { _ in Issue.record("an image came") })
    }
  }
}
