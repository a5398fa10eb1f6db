import Foundation
import PixRemote
import Testing

@testable import PixPublish

@Suite struct DatasetPackerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func addPhotos(_ classes: [String: Int] = ["cat": 6, "dog": 4]) throws {
    for (name, count) in classes {
      for number in 0..<count { try folder.add("photos/\(name)/\(number).jpg", Images.jpeg("\(name) \(number)")) }
    }
  }

  @discardableResult
  private func pack(
    to output: String = "pets", chunkSize: Int = 4, seed: UInt64 = 0, name: String? = "pets", replaces: Bool = false,
    progress: (DatasetPacker.Progress) -> Void = { _ in }
  ) throws(PublishError) -> DatasetPacker.Report {
    try DatasetPacker(
      folder: folder.file("photos"), output: folder.file(output), chunkSize: chunkSize, seed: seed, name: name,
      replaces: replaces
    ).pack(progress: progress)
  }

  /// Names in an archive and, of its `metadata.json`, what is said of them.
  private func entries(of chunk: String) throws -> [String] {
    try Witness.python(
      """
      import json, sys, zipfile
      with zipfile.ZipFile(sys.argv[1]) as archive:
          assert archive.testzip() is None
          names = archive.namelist()
          described = json.loads(archive.read("metadata.json"))
          assert names == ["metadata.json"] + [image["filename"] for image in described["images"]], names
          for image in described["images"]:
              assert len(archive.read(image["filename"])) == image["size"]
          print(described["chunk_index"])
          for image in described["images"]:
              print(image["filename"], image.get("label"))
      """, folder.file(chunk)
    ).split(separator: "\n").map(String.init)
  }

  @Test func aDatasetIsItsDescriptionAndItsChunks() throws {
    try addPhotos()
    let job = try pack().job
    #expect(
      Set(try folder.contents(of: "pets").keys) == [
        "dataset.json", "chunks/chunk_0000.zip", "chunks/chunk_0001.zip", "chunks/chunk_0002.zip",
      ])
    let written = try JSONDecoder().decode(
      Job.self, from: Data(contentsOf: URL(fileURLWithPath: folder.file("pets/dataset.json"))))
    #expect(written == job)
    #expect(job.formatVersion == 1)
    #expect(job.id == "pets")
    #expect(job.status == "completed")
    #expect(job.numImages == 10)
    #expect(job.numChunks == 3)
    #expect(job.chunkSize == 4)
    #expect(job.labels == ["cat", "dog"])
    let chunks = try #require(job.chunks)
    #expect(chunks.map(\.numImages) == [4, 4, 2])
    #expect(chunks.map(\.chunkIndex) == [0, 1, 2])
    #expect(chunks.map(\.url) == chunks.map { "chunks/\($0.chunkID).zip" })
    for chunk in chunks {
      let path = folder.file("pets/\(chunk.url)")
      #expect(chunk.sizeBytes == FileManager.default.contents(atPath: path)?.count)
      let digest = try Witness.python(
        "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest(), end='')", path)
      #expect(chunk.sha256 == digest)
    }
    #expect(job.sizeBytes == chunks.compactMap(\.sizeBytes).reduce(0, +))
  }

  @Test func everyImageIsInOneChunkBehindTheMetadata() throws {
    try addPhotos()
    try folder.add("photos/loose.jpg", Images.jpeg("loose"))
    let chunks = try #require(try pack().job.chunks)
    var found: [String] = []
    for (index, chunk) in chunks.enumerated() {
      let entries = try entries(of: "pets/\(chunk.url)")
      #expect(entries.first == "\(index)")
      found += entries.dropFirst()
    }
    let expected =
      (0..<6).map { "cat/\($0).jpg cat" } + (0..<4).map { "dog/\($0).jpg dog" } + ["loose.jpg None"]
    #expect(found.sorted() == expected)
    #expect(found != expected, "the order is not shuffled")
  }

  @Test func theSameFilesAndSeedGiveTheSameBytes() throws {
    try addPhotos()
    try pack(to: "first", seed: 7)
    try pack(to: "second", seed: 7)
    try pack(to: "other", seed: 8)
    let first = try folder.contents(of: "first")
    #expect(try folder.contents(of: "second") == first)
    #expect(try folder.contents(of: "other") != first)
  }

  /// The order in which files were made is the order in which a folder lists them.
  @Test func theFileSystemsOrderDoesNotMatter() throws {
    try addPhotos()
    try pack(to: "first")
    let photos = folder.file("photos")
    #expect(rename(photos, folder.file("old")) == 0)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.file("old")).filter { $0.hasSuffix(".jpg") }
    for name in names.sorted().reversed() {
      try folder.add("photos/\(name)", Data(contentsOf: URL(fileURLWithPath: folder.file("old/\(name)"))))
      var status = stat()
      #expect(stat(folder.file("old/\(name)"), &status) == 0)
      var times = [status.st_mtim, status.st_mtim]
      #expect(utimensat(AT_FDCWD, folder.file("photos/\(name)"), &times, 0) == 0)
    }
    try pack(to: "second")
    #expect(try folder.contents(of: "second") == (try folder.contents(of: "first")))
  }

  @Test func everyChunkMixesTheClasses() throws {
    try addPhotos(["cat": 100, "dog": 100])
    let chunks = try #require(try pack(chunkSize: 50).job.chunks)
    #expect(chunks.count == 4)
    for chunk in chunks {
      let cats = try entries(of: "pets/\(chunk.url)").count { $0.hasSuffix(" cat") }
      #expect((15...35).contains(cats))
    }
  }

  @Test func theNewestImageDatesTheDataset() throws {
    try addPhotos(["cat": 2])
    for (name, seconds) in [("0", 1_761_825_600), ("1", 1_500_000_000)] {
      var times = [timeval(tv_sec: seconds, tv_usec: 0), timeval(tv_sec: seconds, tv_usec: 0)]
      #expect(utimes(folder.file("photos/cat/\(name).jpg"), &times) == 0)
    }
    #expect(try pack().job.createdAt == "2025-10-30T12:00:00Z")
  }

  @Test func filesThatAreNoImagesAreNamed() throws {
    try addPhotos()
    try folder.add("photos/notes.txt", "notes")
    try folder.add("photos/cat/broken.jpg", "<html>")
    let report = try pack()
    #expect(report.leftOut == ["cat/broken.jpg", "notes.txt"])
    #expect(report.job.numImages == 10)
  }

  @Test func progressCountsEveryImage() throws {
    try addPhotos()
    var seen: [Int] = []
    var bytes = 0
    try pack { progress in
      #expect(progress.imagesInAll == 10)
      seen.append(progress.images)
      bytes = progress.bytes
    }
    #expect(seen == Array(1...10))
    #expect(bytes == 10 * 9)
  }

  @Test func namesComeFromTheFolderUnlessGiven() throws {
    try addPhotos()
    #expect(try pack(to: "beasts/", name: nil).job.id == "beasts")
    #expect(try pack(to: "beasts2", name: "Käthe's pets").job.name == "Käthe's pets")
  }

  @Test func anyFileNameIsPacked() throws {
    let long = String(repeating: "y", count: 250)
    let names = ["\(long)/\(long).jpg", "котики/ねこ 🐈.jpg", "a b/c d.jpg"]
    for name in names { try folder.add("photos/\(name)", Images.jpeg(name)) }
    try pack()
    #expect(
      Set(try entries(of: "pets/chunks/chunk_0000.zip").dropFirst())
        == Set(names.map { "\($0) \($0.split(separator: "/")[0])" }))
  }

  // MARK: What is refused

  @Test func nothingIsPackedOverOtherFiles() throws {
    try addPhotos()
    try folder.add("pets/thesis.txt", "years of work")
    let before = try folder.contents(of: "pets")
    #expect(throws: PublishError.outputNotEmpty(folder.file("pets"))) { try pack() }
    #expect(throws: PublishError.noDatasetToReplace(folder.file("pets"))) { try pack(replaces: true) }
    #expect(try folder.contents(of: "pets") == before)
  }

  @Test func aDatasetIsReplacedWhenAskedAndNothingElseIs() throws {
    try addPhotos()
    try pack(chunkSize: 2)
    #expect(throws: PublishError.outputNotEmpty(folder.file("pets"))) { try pack() }
    try folder.add("pets/README.md", "mine")
    try folder.add("pets/chunks/notes.txt", "mine too")
    try pack(seed: 9, replaces: true)
    try pack(to: "fresh", seed: 9)
    var found = try folder.contents(of: "pets")
    #expect(found.removeValue(forKey: "README.md") == Data("mine".utf8))
    #expect(found.removeValue(forKey: "chunks/notes.txt") == Data("mine too".utf8))
    #expect(try folder.contents(of: "fresh") == found)
  }

  @Test func whatAnInterruptedPackLeftCanBeReplaced() throws {
    try addPhotos()
    try folder.add("pets/chunks/chunk_0000.zip", "whole")
    try folder.add("pets/chunks/chunk_0001.zip.partial", "half")
    #expect(throws: PublishError.outputNotEmpty(folder.file("pets"))) { try pack() }
    try pack(replaces: true)
    try pack(to: "fresh")
    #expect(try folder.contents(of: "pets") == (try folder.contents(of: "fresh")))
  }

  @Test func theOutputMustLieOutsideTheInput() throws {
    try addPhotos()
    try folder.link("link", to: "photos")
    for output in ["photos", "photos/pets", "photos/cat/../pets", "link/pets", "photos/a/b"] {
      #expect(throws: PublishError.outputInsideInput(folder.file(output)), "\(output)") { try pack(to: output) }
    }
    #expect(throws: Never.self) { try pack(to: "photos-packed") }
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: folder.file("photos"))) == ["cat", "dog"])
  }

  @Test func aFolderWithoutImagesLosesNoDataset() throws {
    try addPhotos()
    try pack()
    let before = try folder.contents(of: "pets")
    #expect(rename(folder.file("photos"), folder.file("away")) == 0)
    #expect(throws: PublishError.notAFolder(folder.file("photos"))) { try pack(replaces: true) }
    try folder.add("photos/notes.txt", "no image")
    #expect(throws: PublishError.noImages(folder.file("photos"))) { try pack(replaces: true) }
    #expect(throws: PublishError.noImages(folder.file("photos"))) { try pack(to: "new") }
    #expect(try folder.contents(of: "pets") == before)
    #expect(!FileManager.default.fileExists(atPath: folder.file("new")))
  }

  @Test func anOutputThatIsAFileIsRefused() throws {
    try addPhotos()
    try folder.add("pets", "a file")
    #expect {
      try pack()
    } throws: { error in
      guard case .file(let path, let reason)? = error as? PublishError else { return false }
      return path == folder.file("pets") && !reason.isEmpty && !reason.contains("Error Domain")
    }
    #expect(FileManager.default.contents(atPath: folder.file("pets")) == Data("a file".utf8))
  }

  @Test func aPackThatEndsEarlyLeavesNoDescription() throws {
    try addPhotos()
    try folder.add("pets/dataset.json", #"{"id": "old"}"#)
    #expect {
      try pack(replaces: true) { progress in
        // An image goes away while others are packed.
        if progress.images == 5 { try? FileManager.default.removeItem(atPath: folder.file("photos")) }
      }
    } throws: { error in
      guard case .file(let path, let reason)? = error as? PublishError else { return false }
      return path.hasPrefix(folder.file("photos/")) && reason == "No such file or directory"
    }
    let left = try folder.contents(of: "pets")
    #expect(Set(left.keys) == ["chunks/chunk_0000.zip", "chunks/chunk_0001.zip.partial"])
  }
}
