import PixStream
import Testing

@testable import PixExport

@Suite struct DecodedImagesTests {
  /// Entries that are given, and those that are missing.
  private func read(
    _ chunk: LocalChunk, _ selection: ExportSelection = ExportSelection(), atMost limit: Int? = nil
  ) throws -> (given: [String], missing: [String?]) {
    var given: [String] = []
    func note(_ image: DecodedImages.Image) {
      #expect(image.pixels.count == image.shape.byteCount)
      given.append("\(image.entry) \(image.label ?? "-")")
    }
    let images = DecodedImages(chunk: chunk, selection: selection)
    let missing = try images.forEach(atMost: limit, tick: { _ in }, note)
    return (given, missing.map(\.entry))
  }

  @Test func imagesComeWithTheirLabelsInOrder() throws {
    let found = try read(try ExportFixtures("plain").chunk(1))
    #expect(found.given == ["4.jpg cat", "5.jpg 7", "cat/6.jpg {\"of\":[1,\"a/b\"]}", "bare.jpg -"])
    #expect(found.missing.isEmpty)
  }

  @Test func nothingIsReadBeyondTheLimit() throws {
    let chunk = try ExportFixtures("damaged").chunk(0)
    #expect(try read(chunk, atMost: 0) == ([], []))
    #expect(try read(chunk, atMost: 1) == (["cat/0.jpg cat"], []))
    let dogs = try read(chunk, ExportSelection(labels: ["dog"]))
    #expect(dogs == (["dog/5.jpg dog"], []))
  }

  @Test func whatThisMachineLacksIsAnError() throws {
    let fixtures = try ExportFixtures("plain")
    let chunk = LocalChunk(
      place: 0, reference: fixtures.dataset.chunks[0], file: "/nothing/there.zip", dataset: fixtures.dataset)
    #expect {
      try read(chunk)
    } throws: {
      if case ExportError.dataset(.download) = $0 { true } else { false }
    }
  }

  @Test func whoeverIsAskedMayStopIt() throws {
    let chunk = try ExportFixtures("plain").chunk(0)
    #expect(throws: ExportError.cancelled) {
      _ = try DecodedImages(chunk: chunk, selection: ExportSelection()).forEach(
        atMost: nil, tick: { (_) throws(ExportError) in throw .cancelled },
        { _ in Issue.record("an image came") })
    }
  }
}
