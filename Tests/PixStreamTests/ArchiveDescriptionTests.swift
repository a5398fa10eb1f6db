import PixDecode
import PixRemote
import Testing

@testable import PixStream

@Suite struct ArchiveDescriptionTests {
  private func open(_ source: String) throws(DatasetError) -> Dataset {
    try Dataset.open(DatasetConfiguration(source: source, timeout: 30), keepWaiting: { true })
  }

  private let picture = TestArchive.png(4, 4, value: 9)

  @Test func imagesAndLabelsAreCountedFromTheDirectories() throws {
    let folder = try TestFolder([
      "b.zip": TestArchive.zip([("dog/0.png", picture), ("dog/notes.txt", [1]), (".hidden/0.png", picture)]),
      "a.zip": TestArchive.zip([("cat/0.png", picture), ("cat/1.jpg", picture)], sizesFollow: true),
      "notes.txt": [1],
    ])
    let dataset = try open(folder.path)
    #expect(dataset.chunks.map(\.chunkID) == ["a", "b"])
    #expect(dataset.imageCount == 3)
    #expect(dataset.job.labels == ["cat", "dog"])
    #expect(dataset.job.numChunks == 2)
    #expect(dataset.job.sizeBytes == dataset.sizeBytes)
    #expect(dataset.chunks.map(\.numImages) == [nil, nil])
    let reading = Reading(folder.path)
    #expect(reading.errors == [])
    #expect(reading.images.map(\.label) == ["cat", "cat", "dog"].map { .text($0) })
  }

  @Test func labelsComeFromMetadataWhereverItLies() throws {
    let metadata = Array("{\"images\": [{\"filename\": \"0.png\", \"label\": \"cat\"}]}".utf8)
    let folder = try TestFolder(["a.zip": TestArchive.zip([("0.png", picture), ("metadata.json", metadata)])])
    let dataset = try open(folder.path + "/a.zip")
    #expect(dataset.job.labels == ["cat"])
    #expect(dataset.imageCount == 1)
    #expect(Reading(folder.path + "/a.zip").images.map(\.label) == [.text("cat")])
  }

  @Test func anArchiveWithoutADirectoryIsDescribedAndReadingSaysWhatItIs() throws {
    let folder = try TestFolder(["a.zip": Array("<html>nothing here</html>".utf8), "b.zip": []])
    let dataset = try open(folder.path)
    #expect(dataset.imageCount == nil && dataset.job.labels == nil)
    #expect(dataset.chunks.map(\.sizeBytes) == [25, 0])
    let reading = Reading(folder.path)
    #expect(reading.errors.count == 2)
    #expect(
      reading.errors.first == .archive(chunk: "a", .notAnArchive(startsWith: "\"<html>nothing he\"")))
  }

  @Test func anArchiveThatIsNotThereIsAnError() {
    let description = ArchiveDescription(
      ["/nowhere/a.zip"], policy: ConnectionPolicy(), transfers: Engine.current.transfers)
    #expect(throws: RemoteError.file(path: "/nowhere/a.zip", reason: "No such file or directory")) {
      try description.job(named: "a", keepWaiting: { true })
    }
  }
}
