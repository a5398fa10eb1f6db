import PixDecode
import PixThreads
import Testing

@testable import PixStream

@Suite struct SampleStreamTests {
  private func open(_ source: String, memoryLimit: Int = 256 << 20) throws(DatasetError) -> Dataset {
    try Dataset.open(
      DatasetConfiguration(source: source, timeout: 60, memoryLimit: memoryLimit), keepWaiting: { true })
  }

  private func good() throws -> Dataset { try open(DatasetFixtures.shared().path("good")) }

  /// The next batch; nil at the end, or when it does not come.
  private func next(_ stream: SampleStream) throws -> Batch? {
    for _ in 0..<1200 {
      switch try stream.poll() {
      case .batch(let batch): return batch
      case .end: return nil
      case .notYet: stream.wait()
      }
    }
    return nil
  }

  /// Waits until something has become so. Returns whether it has.
  ///
  /// The transfer thread lets go of what it was told at its next turn.
  private func becomesTrue(_ condition: () -> Bool) -> Bool {
    let turns = Monitor(0)
    for _ in 0..<600 where !condition() {
      let seen = turns.withLock { $0 }
      Engine.current.transfers.perform { turns.update { $0 += 1 } }
      _ = turns.wait(atMost: .milliseconds(50)) { $0 > seen + 1 ? true : nil }
    }
    return condition()
  }

  // MARK: Passes

  @Test(arguments: [1, 2, 4, 100]) func twoPassesAreEqual(_ batchSize: Int) throws {
    let dataset = try good()
    let first = try Reading(dataset.stream(batchSize: batchSize))
    let second = try Reading(dataset.stream(batchSize: batchSize))
    #expect(first.errors == [])
    #expect(first.images.count == 9)
    #expect(first.pixels == second.pixels)
    #expect(first.images == second.images)
    #expect(Set(first.pixels).count == 9)
    #expect(first.used == 0)
  }

  @Test func theLastBatchIsShortOrDropped() throws {
    let dataset = try good()
    #expect(try Reading(dataset.stream(batchSize: 4)).batchSizes == [4, 4, 1])
    #expect(try Reading(dataset.stream(batchSize: 4, dropsLast: true)).batchSizes == [4, 4])
    #expect(try Reading(dataset.stream(batchSize: 3, dropsLast: true)).batchSizes == [3, 3, 3])
    #expect(try Reading(dataset.stream(batchSize: 10, dropsLast: true)).batchSizes == [])
  }

  @Test func readingOnFromEveryPlaceGivesTheRest() throws {
    let dataset = try good()
    let whole = try Reading(dataset.stream())
    let stream = try dataset.stream()
    for number in 1...9 {
      let batch = try #require(try next(stream))
      #expect(batch.end == stream.cursor)
      let rest = try Reading(dataset.stream(from: batch.end))
      #expect(rest.errors == [])
      #expect(rest.pixels == Array(whole.pixels.dropFirst(number)))
    }
    #expect(try next(stream) == nil)
    #expect(try Reading(dataset.stream(from: Cursor(chunk: 99, image: 3))).images == [])
  }

  @Test func partsAreReadInTheirOrderAndNoFurther() throws {
    let dataset = try good()
    let whole = try Reading(dataset.stream()).pixels
    var counts: [Int] = []
    for chunk in dataset.chunks.indices {
      counts.append(try Reading(dataset.stream(parts: [ChunkPart(chunk: chunk)])).pixels.count)
    }
    #expect(counts.reduce(0, +) == 9)
    let last = dataset.chunks.count - 1
    let lastStart = 9 - counts[last]
    let parts = [ChunkPart(chunk: last, images: 1..<3), ChunkPart(chunk: 0, images: 0..<1), ChunkPart(chunk: 0)]
    let expected = Array(whole[lastStart + 1..<min(lastStart + 3, 9)]) + [whole[0]] + Array(whole[..<counts[0]])
    for batchSize in [1, 2, 100] {
      let read = try Reading(dataset.stream(parts: parts, batchSize: batchSize))
      #expect(read.errors == [])
      #expect(read.pixels == expected)
      #expect(read.used == 0)
    }
    #expect(try Reading(dataset.stream(parts: [])).pixels == [])
  }

  @Test func everyImageSaysWhereItIsFrom() throws {
    let dataset = try good()
    let stream = try dataset.stream()
    while let batch = try next(stream) {
      let sample = batch.samples[0]
      #expect(dataset.chunks.contains { $0.chunkID == sample.chunk })
      #expect(!sample.entry.isEmpty)
      #expect(sample.header.height == batch.shape.height && sample.header.width == batch.shape.width)
    }
  }

  // MARK: All at once

  @Test func theWholeIsOneBatchOutsideTheBudget() throws {
    let dataset = try good()
    let images = try Reading(dataset.stream()).pixels
    let stream = try dataset.wholeBatch(of: 9)
    var whole: Batch?
    while whole == nil {
      if case .batch(let batch) = try stream.poll() { whole = batch } else { stream.wait() }
    }
    let batch = try #require(whole)
    #expect(stream.decodedImages == 9)
    #expect((0..<batch.count).map { Array(batch.pixels.image($0)) } == images)
    #expect(stream.budget.peak < batch.shape.byteCount * 9 + (64 << 10))
    #expect(try next(stream) == nil)
  }

  @Test func aWholeThatDoesNotFitIsRefusedWithItsSize() throws {
    let dataset = try good()
    let stream = try dataset.wholeBatch(of: 9, memory: 10_000)
    #expect { while try next(stream) != nil {} } throws: {
      if case .arrays(needed: .some(10_001...), available: 10_000)? = $0 as? DatasetError { true } else { false }
    }
    stream.cancel()
    var configuration = dataset.configuration
    configuration.rendition.size = .init(height: 100, width: 100)
    let sized = try Dataset.open(configuration, keepWaiting: { true })
    #expect(throws: DatasetError.arrays(needed: 270_336, available: 10_000)) {
      try sized.wholeBatch(of: 9, memory: 10_000)
    }
  }

  @Test func manyStreamsAtOnceDoNotMix() throws {
    let dataset = try good()
    let expected = try Reading(dataset.stream()).pixels
    let results = Monitor([[[UInt8]]?]())
    let threads = (0..<12).map { number in
      EngineThread(name: "reader") {
        let reading = try? Reading(dataset.stream(batchSize: 1 + number % 3))
        results.update { $0.append(reading?.pixels) }
      }
    }
    for thread in threads { thread.join() }
    #expect(results.withLock { $0 } == Array(repeating: expected, count: 12))
  }

  @Test func thousandsOfTinyImagesPass() throws {
    let picture = TestArchive.png(2, 2, value: 5)
    let folder = try TestFolder([
      "dataset.json": TestArchive.description(["a"], more: ", \"num_images\": 20000"),
      "a.zip": TestArchive.zip((0..<20_000).map { ("\($0).png", picture) }),
    ])
    let started = ContinuousClock.now
    let reading = Reading(folder.path, batchSize: 1000)
    #expect(reading.errors == [])
    #expect(reading.batchSizes == Array(repeating: 1000, count: 20))
    #expect(ContinuousClock.now - started < .seconds(100))
  }

  // MARK: Waiting and giving up

  @Test func waitingForWhatDoesNotComeEnds() throws {
    let files = ["dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip([])]
    try withHost(files, stalls: ["a.zip"]) { host in
      let stream = try open(host.url).stream()
      for _ in 0..<3 {
        stream.wait()
        guard case .notYet = try stream.poll() else { return #expect(Bool(false), "something came") }
      }
      stream.cancel()
      stream.wait()
      guard case .end = try stream.poll() else { return #expect(Bool(false), "it has not ended") }
    }
  }

  @Test func cancellingInMidStreamFreesEverything() throws {
    let picture = TestArchive.png(100, 100, value: 5, padding: 20_000)
    let chunk = TestArchive.zip((0..<40).map { ("\($0).png", picture) })
    let files = [
      "dataset.json": TestArchive.description(["a", "b", "c"]), "a.zip": chunk, "b.zip": chunk, "c.zip": chunk,
    ]
    try withHost(files) { host in
      for batchSize in [1, 4] {
        for count in [0, 1, 5] {
          weak var held: SampleStream?
          var budget: MemoryBudget?
          do {
            let stream = try open(host.url, memoryLimit: 1 << 20).stream(batchSize: batchSize)
            held = stream
            budget = stream.budget
            for _ in 0..<count { #expect(try next(stream) != nil) }
            stream.cancel()
            guard case .end = try stream.poll() else { return #expect(Bool(false), "it has not ended") }
          }
          #expect(becomesTrue { held == nil })
          #expect(becomesTrue { budget?.used == 0 })
        }
      }
    }
  }

  @Test func cancellingEndsALookAtTheDirectory() throws {
    let archive = TestArchive.zip([("0.png", TestArchive.png(4, 4, value: 5))])
    let look = "a.zip 0-\(archive.count - 1)"
    let files = ["dataset.json": TestArchive.description(["a"]), "a.zip": archive]
    try withHost(files, stalls: [look]) { host in
      weak var held: SampleStream?
      do {
        let stream = try open(host.url).stream()
        held = stream
        #expect(becomesTrue { host.requests.contains(look) })
        stream.cancel()
      }
      #expect(becomesTrue { held == nil })
    }
  }

  @Test func aStreamReadToItsEndIsFreed() throws {
    weak var held: SampleStream?
    do {
      let stream = try good().stream()
      held = stream
      #expect(try Reading(stream).images.count == 9)
    }
    #expect(becomesTrue { held == nil })
  }

  @Test func imagesOutliveTheirStream() throws {
    let dataset = try good()
    let expected = try Reading(dataset.stream()).pixels
    var batches: [Batch] = []
    do {
      let stream = try dataset.stream()
      for _ in 0..<3 { batches.append(try #require(try next(stream))) }
      stream.cancel()
    }
    #expect(batches.map { Array($0.pixels.image(0)) } == Array(expected.prefix(3)))
  }
}
