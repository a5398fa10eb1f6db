import Glibc
import PixDecode
import Testing

@testable import PixStream

@Suite struct ChunkFlowTests {
  // MARK: What reading a dataset comes to

  /// Datasets whose images are not all of one shape, so that a batch of three meets two.
  private static let mixed: Set = ["shapes", "truncated_jpeg", "truncated_png", "truncated_webp"]

  /// By the entry, and by the directory.
  private static let toldTwice: Set = ["size_too_small", "size_too_large"]

  @Test(arguments: [1, 3], [1 << 20, 256 << 20])
  func everyDatasetComesToWhatItShould(_ batchSize: Int, _ memoryLimit: Int) throws {
    let fixtures = try DatasetFixtures.shared()
    #expect(fixtures.cases.count >= 45)
    for expected in fixtures.cases {
      let reading = Reading(fixtures.path(expected.name), batchSize: batchSize, memoryLimit: memoryLimit)
      #expect(reading.used == 0, "\(expected.name)")
      #expect(reading.peak <= memoryLimit, "\(expected.name)")
      let shapeErrors = reading.errors.filter { if case .shapes = $0 { true } else { false } }
      #expect(shapeErrors.isEmpty || batchSize > 1, "\(expected.name)")
      #expect(shapeErrors.isEmpty != (batchSize > 1 && Self.mixed.contains(expected.name)), "\(expected.name)")
      if shapeErrors.isEmpty { #expect(reading.images == expected.images, "\(expected.name)") }
      let reports = reading.errors.filter { !shapeErrors.contains($0) }.map(ErrorReport.init)
      let count = expected.error == nil ? 0 : Self.toldTwice.contains(expected.name) ? 2 : 1
      #expect(reports.count == count, "\(expected.name): \(reports)")
      if let error = expected.error, let report = reports.first { check(report, error, expected.name) }
    }
  }

  private func check(_ report: ErrorReport, _ expected: DatasetFixtures.Fault, _ name: String) {
    let types: [ErrorReport.Kind: String] = [
      .decompression: "DecompressionError", .download: "DownloadError",
      .jobNotComplete: "JobNotCompleteError", .general: "PixCrawlerError",
    ]
    #expect(types[report.kind] == expected.type, "\(name)")
    for fragment in expected.message {
      #expect(report.message.contains(fragment), "\(name): \(report.message)")
    }
    let facts = [
      "chunk_id": report.chunkID, "entry": report.entry, "declared": report.declared, "found": report.found,
      "progress": report.progress.map(String.init),
    ]
    for (fact, value) in expected.facts { #expect(facts[fact] == value, "\(name): \(fact)") }
  }

  // MARK: From a host

  private func images(_ count: Int, padding: Int = 0, side: Int = 8) -> [(name: String, bytes: [UInt8])] {
    (0..<count).map {
      ("pet/\($0).png", TestArchive.png(side, side, value: UInt8($0 + 1), padding: padding))
    }
  }

  private func values(_ reading: Reading) -> [Int] { reading.pixels.map { Int($0[0]) } }

  @Test(arguments: [1, 2, 3]) func aStreamHasNoMoreTransfersInFlightThanWorkers(_ maxWorkers: Int) throws {
    let chunks = (0..<5).map { "c\($0)" }
    var files = ["dataset.json": TestArchive.description(chunks)]
    for chunk in chunks { files["\(chunk).zip"] = TestArchive.zip(images(4, padding: 400_000)) }
    try withHost(files, mostInFlight: maxWorkers) { host in
      let reading = Reading(host.url, maxWorkers: maxWorkers)
      #expect(reading.errors == [])
      #expect(values(reading) == Array(repeating: [1, 2, 3, 4], count: 5).flatMap { $0 })
      #expect(!host.exceeded)
      #expect(host.requests.count { $0.contains("zip") } >= 3 * chunks.count)
    }
  }

  @Test func theDirectoryIsNotLookedAtWhenMetadataComesFirst() throws {
    let metadata = Array("{\"images\": [{\"filename\": \"pet/0.png\", \"label\": \"cat\"}]}".utf8)
    let files = [
      "dataset.json": TestArchive.description(["c"]),
      "c.zip": TestArchive.zip([("metadata.json", metadata)] + images(2)),
    ]
    try withHost(files) { host in
      let reading = Reading(host.url)
      #expect(reading.errors == [])
      #expect(reading.images.map(\.label) == [.text("cat"), .text("pet")])
      #expect(host.requests == ["dataset.json", "c.zip"])
    }
  }

  @Test(arguments: [0, 1000, -1000])
  func chunksAfterOneThatNeedsItsDirectoryBeginWithIt(_ sizeIsOffBy: Int) throws {
    let metadata = Array("{\"images\": [{\"filename\": \"pet/0.png\", \"label\": \"cat\"}]}".utf8)
    let chunk = TestArchive.zip(images(2, padding: 90_000) + [("metadata.json", metadata)])
    let size = ", \"size_bytes\": \(chunk.count + sizeIsOffBy)"
    let files = ["dataset.json": TestArchive.description(["a", "b"], more: size), "a.zip": chunk, "b.zip": chunk]
    try withHost(files) { host in
      let reading = Reading(host.url, maxWorkers: 1)
      #expect(reading.errors == [])
      #expect(reading.images.map(\.label) == [.text("cat"), .text("pet"), .text("cat"), .text("pet")])
      let (first, second) = (
        host.requests.filter { $0.contains("a.zip") }, host.requests.filter { $0.contains("b.zip") }
      )
      #expect(first.first == "a.zip")
      #expect(second.first?.hasPrefix("b.zip ") == true)
      if sizeIsOffBy == 0 { #expect(second.count { $0 == "b.zip" } == 1) }
    }
  }

  @Test func metadataThatComesTooLateIsAnErrorWhereThereAreNoRanges() throws {
    let metadata = Array("{\"images\": [{\"filename\": \"pet/0.png\", \"label\": \"cat\"}]}".utf8)
    let files = [
      "dataset.json": TestArchive.description(["c"]),
      "c.zip": TestArchive.zip(images(2) + [("metadata.json", metadata)]),
    ]
    try withHost(files, hasRanges: false) { host in
      let reading = Reading(host.url)
      #expect(values(reading) == [1, 2])
      #expect(reading.errors == [.lateLabels(chunk: "c", entry: "pet/0.png")])
    }
    try withHost(files) { host in
      let reading = Reading(host.url)
      #expect(reading.errors == [])
      #expect(reading.images.map(\.label) == [.text("cat"), .text("pet")])
    }
  }

  @Test func metadataTooLongToBeLookedAtIsAnErrorWhenItComesLate() throws {
    let filler = String(repeating: " ", count: 300_000)
    let metadata = Array("{\"images\": [{\"filename\": \"pet/0.png\", \"label\": \"cat\"}]\(filler)}".utf8)
    let folder = try TestFolder([
      "dataset.json": TestArchive.description(["c"]),
      "c.zip": TestArchive.zip(images(2) + [("metadata.json", metadata)]),
    ])
    let small = Reading(folder.path, memoryLimit: 1 << 20)
    #expect(small.errors == [.lateLabels(chunk: "c", entry: "pet/0.png")])
    let large = Reading(folder.path)
    #expect(large.errors == [])
    #expect(large.images.map(\.label) == [.text("cat"), .text("pet")])
  }

  @Test(arguments: [1, 4]) func whatCannotBeReadForwardIsTakenWhole(_ maxWorkers: Int) throws {
    let chunks = ["a", "b", "c"]
    var files = ["dataset.json": TestArchive.description(chunks)]
    for chunk in chunks {
      files["\(chunk).zip"] = TestArchive.zip(images(5, padding: 50_000), sizesFollow: true)
    }
    try withHost(files, hasRanges: false, mostInFlight: maxWorkers) { host in
      let reading = Reading(host.url, maxWorkers: maxWorkers, memoryLimit: 1 << 20)
      #expect(reading.errors == [])
      #expect(values(reading) == Array(repeating: [1, 2, 3, 4, 5], count: 3).flatMap { $0 })
      #expect(reading.used == 0)
      #expect(reading.peak <= 1 << 20)
      #expect(reading.peak >= 5 * 50_000)
      #expect(!host.exceeded)
    }
  }

  @Test func whatWasTakenWholeStaysOnTheLedgerWhenImagesNeedRoom() throws {
    let archive = TestArchive.zip(images(4, padding: 60_000, side: 520), sizesFollow: true)
    let files = ["dataset.json": TestArchive.description(["c"]), "c.zip": archive]
    try withHost(files, hasRanges: false) { host in
      let reading = Reading(host.url, memoryLimit: 1 << 20)
      #expect(reading.errors == [])
      #expect(values(reading) == [1, 2, 3, 4])
      #expect(reading.peak >= archive.count + 520 * 520 * 3)
      #expect(reading.used == 0)
      #expect(host.requests.count { $0.hasPrefix("c.zip") } == 2)
    }
  }

  @Test func whatCannotBeReadForwardAndDoesNotFitIsAnError() throws {
    let archive = TestArchive.zip(images(5, padding: 50_000), sizesFollow: true)
    let files = ["dataset.json": TestArchive.description(["c"]), "c.zip": archive]
    try withHost(files, hasRanges: false) { host in
      let reading = Reading(host.url, memoryLimit: 100_000)
      #expect(
        reading.errors == [
          .unstreamable(chunk: "c", entry: "pet/0.png", needed: archive.count, limit: 100_000)
        ])
      #expect(reading.images == [])
    }
  }

  @Test func aChunkThatIsNotThereLeavesTheOthers() throws {
    let files = [
      "dataset.json": TestArchive.description(["a", "gone", "b"]), "a.zip": TestArchive.zip(images(2)),
      "b.zip": TestArchive.zip(images(1)),
    ]
    try withHost(files) { host in
      let reading = Reading(host.url)
      #expect(values(reading) == [1, 2, 1])
      let report = ErrorReport(try #require(reading.errors.first))
      #expect(reading.errors.count == 1)
      #expect(report.kind == .download)
      #expect(report.chunkID == "gone")
      #expect(report.status == 404)
    }
  }

  // MARK: Making room

  @Test(arguments: [1, 2, 4]) func imagesThatNeedMostOfTheMemoryAreAllRead(_ maxWorkers: Int) throws {
    let chunks = ["a", "b", "c"]
    var files = ["dataset.json": TestArchive.description(chunks)]
    for chunk in chunks { files["\(chunk).zip"] = TestArchive.zip(images(6, padding: 60_000, side: 520)) }
    try withHost(files, mostInFlight: maxWorkers) { host in
      let reading = Reading(host.url, maxWorkers: maxWorkers, memoryLimit: 1 << 20)
      #expect(reading.errors == [])
      #expect(values(reading) == Array(repeating: [1, 2, 3, 4, 5, 6], count: 3).flatMap { $0 })
      #expect(reading.peak <= 1 << 20)
      #expect(!host.exceeded)
      #expect(host.requests.count < 40)
    }
  }

  @Test func anImageLargerThanAllMemoryPassesAlone() throws {
    let folder = try TestFolder([
      "dataset.json": TestArchive.description(["a", "b"]),
      "a.zip": TestArchive.zip(images(3, padding: 60_000, side: 700)), "b.zip": TestArchive.zip(images(3)),
    ])
    let reading = Reading(folder.path, memoryLimit: 1 << 20)
    #expect(reading.errors == [])
    #expect(values(reading) == [1, 2, 3, 1, 2, 3])
    #expect(reading.peak > 1 << 20)
    #expect(reading.peak < 700 * 700 * 3 + 100_000)
  }

  /// Three batches may be ready; what lies in the system's socket buffers is not the engine's.
  @Test func whileTheReaderWaitsNoMoreIsTakenThanFits() throws {
    let files = [
      "dataset.json": TestArchive.description(["c"]),
      "c.zip": TestArchive.zip(
        [("metadata.json", Array("{}".utf8))] + images(64, padding: 1 << 20)),
    ]
    try withHost(files) { host in
      let dataset = try Dataset.open(
        DatasetConfiguration(source: host.url, memoryLimit: 4 << 20), keepWaiting: { true })
      let stream = try dataset.stream(batchSize: 2)
      var sent = -1
      for _ in 0..<100 where host.bytesSent < 7 << 20 || sent != host.bytesSent {
        sent = host.bytesSent
        usleep(100_000)
      }
      // Six images, the next one, and what libcurl and the transfer were about to pass on. Sockets that come and go
      // meanwhile can hide some from the system's list.
      #expect((0..<50).contains { _ in host.bytesTaken < 8 << 20 })
      #expect(host.bytesSent >= 7 << 20)
      let reading = try Reading(stream)
      #expect(values(reading) == Array(1...64))
      #expect(reading.peak <= 4 << 20)
    }
  }
}
