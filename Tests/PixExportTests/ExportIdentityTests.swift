import PixDecode
import PixRemote
import PixStream
import Testing

@testable import PixExport

@Suite struct ExportIdentityTests {
  private func identity(
    format: ExportFormat = .zip, selection: ExportSelection = ExportSelection(),
    _ change: (inout Job) -> Void = { _ in },
    configured configure: (inout DatasetConfiguration) -> Void = { _ in }
  ) throws -> ExportIdentity {
    ExportIdentity(try DatasetFixture(change, configure: configure).dataset, format: format, selection: selection)
  }

  @Test func linksAndTheirEndsDoNotChangeTheState() throws {
    let known = try identity()
    let signed = try identity { job in
      for place in 0..<2 {
        job.chunks?[place].url = "https://example.org/\(place)?signature=\(place)"
        job.chunks?[place].expiresAt = "2030-01-01T00:00:0\(place)Z"
      }
      job.progress = 100
    }
    #expect(signed.state == known.state)
    #expect(signed.hasChunks(of: known))
  }

  @Test func whatTellsAnotherStateDoes() throws {
    let known = try identity()
    let changes: [(inout Job) -> Void] = [
      { $0.chunks?[0].sha256 = String(repeating: "1", count: 64) }, { $0.chunks?[1].sizeBytes = 21 },
      { $0.chunks?.removeLast() }, { $0.chunks?[0].label = "cat" }, { $0.labels = ["cat"] }, { $0.version = "2" },
      { $0.chunks?[0].numImages = 3 },
    ]
    for (number, change) in changes.enumerated() {
      #expect(try identity(change).state != known.state, "change \(number)")
    }
    let other = try identity { $0.id = "others" }
    #expect(!other.hasChunks(of: known))
  }

  @Test func theImagesSizeIsTheArraysOnly() throws {
    let size = Rendition.Size(height: 3, width: 4)
    let array = try identity(format: .numpy, configured: { $0.rendition.size = size })
    #expect(array.imageSize == [3, 4])
    #expect(array.options == "--format numpy --image-size 3x4")
    #expect(try identity(format: .images, configured: { $0.rendition.size = size }).imageSize == nil)
  }

  @Test func optionsAreTheCommandLines() throws {
    let selection = ExportSelection(labels: ["cat", "dog"], limit: 7)
    #expect(
      try identity(format: .images, selection: selection).options
        == "--format images --label cat --label dog --limit 7")
  }

  @Test func secretsOfAddressesAreLeftOut() throws {
    let known = try identity(configured: { $0.baseURL = "https://user:secret@example.org/" })
    #expect(!"\(known)".contains("secret"))
  }
}
