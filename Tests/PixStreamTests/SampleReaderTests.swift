import PixDecode
import PixRemote
import PixThreads
import Testing

@testable import PixStream

@Suite struct SampleReaderTests {
  private func open(
    _ source: String, maxWorkers: Int = 4, memoryLimit: Int = 256 << 20, rendition: Rendition = Rendition(),
    onError: ErrorPolicy = .raise
  ) throws(DatasetError) -> Dataset {
    try Dataset.open(
      DatasetConfiguration(
        source: source, maxWorkers: maxWorkers, timeout: 60, memoryLimit: memoryLimit, rendition: rendition,
        onError: onError),
      keepWaiting: { true })
  }

  // MARK: What is read

  @Test(arguments: [
    "good", "deflated", "zip64", "streamed_deflated", "streamed_stored", "comment", "furniture",
    "metadata_last", "labels", "label_of_chunk", "label_missing", "names", "zero_declared", "shapes",
  ])
  func everyGoodDatasetIsWhatItsStreamIs(_ name: String) throws {
    let dataset = try open(DatasetFixtures.shared().path(name))
    let expected = try Reading(dataset.stream())
    #expect(expected.errors == [])
    let count = expected.images.count
    let inOrder = NumberedReading(Array(0..<count), of: dataset)
    #expect(inOrder.error == nil)
    #expect(inOrder.images == expected.images)
    #expect(inOrder.pixels == expected.pixels)
    let numbers = (0..<3 * count).map { _ in Int.random(in: 0..<count) }
    let shuffled = NumberedReading(numbers, of: dataset, indexes: inOrder.found.indexes, cache: inOrder.cache)
    #expect(shuffled.error == nil)
    #expect(shuffled.pixels == numbers.map { expected.pixels[$0] })
    #expect(shuffled.images == numbers.map { expected.images[$0] })
    #expect(shuffled.positions == Array(0..<3 * count))
    #expect(shuffled.found.indexes.isEmpty)
    #expect((shuffled.found.pixels != nil) == (Set(numbers.map { expected.images[$0].shape }).count == 1))
  }
}
