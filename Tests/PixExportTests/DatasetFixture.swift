import Foundation
import PixRemote
import PixStream

/// A described dataset of chunks that need not be there.
struct DatasetFixture {
  let dataset: Dataset
  private let folder = try? TestFolder()

  init(
    source: String? = nil, _ change: (inout Job) -> Void = { _ in },
    configure: (inout DatasetConfiguration) -> Void = { _ in }
  ) throws {
    var job = Job(
      id: "pets", numImages: 4, labels: ["cat", "dog"],
      chunks: [
        ChunkReference(
          chunkID: "a", chunkIndex: 0, url: "a.zip", numImages: 2, sizeBytes: 10,
          sha256: String(repeating: "0", count: 64)),
        ChunkReference(chunkID: "b", chunkIndex: 1, url: "b.zip", numImages: 2, sizeBytes: 20),
      ])
    change(&job)
    guard let folder else { throw CocoaError(.fileWriteUnknown) }
    try folder.write("dataset.json", try JSONEncoder().encode(job))
    var configuration = DatasetConfiguration(source: source ?? folder.path)
    configure(&configuration)
    dataset = try Dataset.open(configuration, keepWaiting: { true })
  }
}
