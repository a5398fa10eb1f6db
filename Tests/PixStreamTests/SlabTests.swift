import PixDecode
import Testing

@testable import PixStream

@Suite struct SlabTests {
  private let shape = ImageShape(height: 1, width: 2)

  private func sample(_ label: Label?) -> Sample {
    Sample(
      label: label, chunk: "c", entry: "e", header: ImageHeader(format: .png, height: 1, width: 2), metadata: nil)
  }

  private func slab(_ rows: [Slab.Row], capacity: Int = 4) throws -> Slab {
    var slab = Slab(id: 0, capacity: capacity, end: Cursor(chunk: 1, image: 2))
    slab.rows = rows
    let pixels = try #require(
      PixelBuffer(shape: shape, capacity: capacity, budget: MemoryBudget(limit: 1 << 20)))
    for row in 0..<capacity { pixels.image(row).storeBytes(of: Int32(row), as: Int32.self) }
    slab.pixels = pixels
    return slab
  }

  @Test func goodImagesCloseUpOverTheFailed() throws {
    let slab = try slab([.failed, .ready(sample(.integer(1))), .failed, .ready(sample(.integer(3)))])
    let batch = try #require(slab.batch())
    #expect(batch.count == 2)
    #expect(batch.labels == [.integer(1), .integer(3)])
    #expect((0..<2).map { batch.pixels.image($0).loadUnaligned(as: Int32.self) } == [1, 3])
    #expect(batch.end == Cursor(chunk: 1, image: 2))
    #expect(batch.shape == shape)
  }

  @Test func withoutAGoodImageThereIsNoBatch() throws {
    let failed = try slab([.failed, .failed])
    #expect(failed.batch() == nil)
    #expect(!failed.hasImages)
    var spoiled = try slab([.ready(sample(nil))])
    #expect(spoiled.hasImages)
    spoiled.isSpoiled = true
    #expect(spoiled.batch() == nil)
    #expect(!spoiled.hasImages)
  }

  @Test func errorsComeInTheOrderOfTheirRows() throws {
    var slab = try slab([.ready(sample(nil)), .failed, .failed])
    func error(_ name: String) -> DatasetError { .empty(dataset: name) }
    slab.add(error("next"))
    slab.add(error("2"), at: 2)
    slab.add(error("1"), at: 1)
    slab.add(error("2 again"), at: 2)
    var names: [DatasetError] = []
    while let error = slab.popError() { names.append(error) }
    #expect(names == ["1", "2", "2 again", "next"].map(error))
    #expect(!slab.hasErrors)
  }

  @Test func itLeavesWhenItIsFullOrLastAndNothingRuns() throws {
    var slab = try slab([.ready(sample(nil))], capacity: 2)
    #expect(!slab.isDeliverable)
    slab.isLast = true
    #expect(slab.isDeliverable)
    slab.isLast = false
    slab.rows.append(.decoding)
    slab.running = 1
    #expect(slab.isFull)
    #expect(!slab.isDeliverable)
    slab.running = 0
    #expect(slab.isDeliverable)
  }
}
