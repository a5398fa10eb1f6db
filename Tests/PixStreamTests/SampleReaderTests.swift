import PixDecode
import PixRemote
import PixThreads
import Testing

@testable import PixStream

@Suite struct SampleReaderTests: NumberedTrial {
  // MARK: What is read

  @Test(arguments: [
    "good", "deflated", "zip64", "streamed_deflated", "streamed_stored", "comment", "furniture", "metadata_last",
    "labels", "label_of_chunk", "label_missing", "names", "zero_declared", "shapes",
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
    #expect(becomesTrue { inOrder.cache.budget.peak > 0 })
  }

  @Test func hostileDatasetsLoseWhatIsBrokenAndNoMore() throws {
    let fixtures = try DatasetFixtures.shared()
    /// Their directory itself cannot be had, or does not lead to as many images as are declared.
    let unindexed: Set = [
      "counts", "cut_short", "cut_unannounced", "directory_count_lies", "not_a_zip", "nothing", "garbage",
    ]
    var seen = 0
    for expected in fixtures.cases where expected.error != nil {
      guard let dataset = try? open(fixtures.path(expected.name), onError: .skip), !dataset.chunks.isEmpty else {
        continue
      }
      seen += 1
      let cache = ChunkCache(memoryLimit: 256 << 20)
      let indexes = NumberedReading(dataset.readIndexes(cache: cache), cache: cache)
      #expect((indexes.error != nil) == unindexed.contains(expected.name), "\(expected.name): \(indexes.error as Any)")
      if let error = indexes.error {
        #expect(ErrorReport(error).chunkID == "chunk_0000", "\(expected.name)")
        continue
      }
      let count = indexes.found.indexes.values.reduce(0) { $0 + $1.samples.count }
      let reading = NumberedReading(Array(0..<count), of: dataset, indexes: indexes.found.indexes, cache: cache)
      #expect(reading.error == nil, "\(expected.name)")
      #expect(reading.found.errors.count + reading.found.samples.count == count, "\(expected.name)")
      let lost = ["name_lies", "directory_misses_one", "zero_images"].contains(expected.name)
      if !lost { #expect(reading.images == expected.images, "\(expected.name)") }
      for (_, error) in reading.found.errors {
        #expect(ErrorReport(error).kind == .decompression, "\(expected.name)")
        #expect(ErrorReport(error).chunkID == "chunk_0000", "\(expected.name)")
      }
    }
    #expect(seen >= 25)
  }

  @Test func theOrderOfTheDirectoryDoesNotMatter() throws {
    for sizesFollow in [false, true] {
      let folder = try TestFolder([
        "dataset.json": TestArchive.description(["a"]),
        "a.zip": TestArchive.zip(images(9), sizesFollow: sizesFollow, listsBackwards: true),
      ])
      let reading = NumberedReading([8, 0, 3], of: try open(folder.path))
      #expect(reading.error == nil)
      #expect(reading.values == [9, 1, 4])
    }
  }

  @Test func namesWithoutExtensionsAreImagesWhereTheCountSaysSo() throws {
    let entries = (0..<3).map { ("\($0)", TestArchive.png(8, 8, value: UInt8($0 + 1))) }
    let files = { (count: Int?) in
      [
        "dataset.json": TestArchive.description(["a"], more: count.map { ", \"num_images\": \($0)" } ?? ""),
        "a.zip": TestArchive.zip(entries),
      ]
    }
    let folder = try TestFolder(files(3))
    #expect(NumberedReading([2, 1], of: try open(folder.path)).values == [3, 2])
    let unknown = try TestFolder(files(nil))
    #expect(NumberedReading([0], of: try open(unknown.path)).error == .noSuchSample(number: 0, count: 0))
    let wrong = try TestFolder(files(2))
    #expect(
      NumberedReading([0], of: try open(wrong.path)).error == .misnumbered(chunk: "a", declared: 2, found: 0))
  }

  @Test func anImageAskedForTwiceIsReadOnceIntoMemoryOfItsOwn() throws {
    try withHost(["dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip(images(3))]) { host in
      let dataset = try open(host.url)
      let warm = NumberedReading([0], of: dataset)
      let before = host.requests.count
      let reading = NumberedReading([1, 1, 2, 1], of: dataset, indexes: warm.found.indexes, cache: warm.cache)
      #expect(reading.values == [2, 2, 3, 2])
      #expect(Set(reading.found.samples.map { $0.pixels.image($0.row).baseAddress }).count == 4)
      #expect(host.requests.count == before + 1)
    }
  }

  @Test func factsComeWithTheImages() throws {
    let metadata = Array("{\"images\": [{\"filename\": \"pet/1.png\", \"label\": 5}]}".utf8)
    let folder = try TestFolder([
      "dataset.json": TestArchive.description(["a", "b"], more: ", \"num_images\": 2"),
      "a.zip": TestArchive.zip(images(2)),
      "b.zip": TestArchive.zip(images(2) + [("metadata.json", metadata)]),
    ])
    let reading = NumberedReading([3, 0], of: try open(folder.path))
    #expect(reading.found.samples.map(\.chunkID) == ["b", "a"])
    #expect(reading.found.samples.map(\.chunk) == [1, 0])
    #expect(reading.found.samples.map(\.entry) == ["pet/1.png", "pet/0.png"])
    #expect(reading.found.samples.map(\.label) == [.integer(5), .text("pet")])
    #expect(reading.found.samples.map(\.header.format) == [.png, .png])
    #expect(reading.found.indexes[1]?.metadata?["pet/1.png"] == .integer(5))
    #expect(reading.found.indexes[0]?.metadata == nil)
  }

  @Test func imagesOfOneShapeLieInOneBuffer() throws {
    let mixed = images(2) + [("pet/2.png", TestArchive.png(4, 9, value: 3))] + images(2, from: 3)
    let folder = try TestFolder(["dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip(mixed)])
    let dataset = try open(folder.path, rendition: Rendition())
    for numbers in [[0, 1, 3], [2, 2], [4]] {
      let reading = NumberedReading(numbers, of: dataset)
      #expect(reading.found.pixels?.capacity == numbers.count)
      #expect(reading.found.samples.map(\.row) == Array(0..<numbers.count))
      #expect(reading.found.samples.allSatisfy { $0.pixels === reading.found.pixels })
      #expect(reading.values == numbers.map { $0 + 1 })
    }
    for numbers in [[0, 2, 1, 4], [2, 0, 1], [0, 1, 2, 2]] {
      let reading = NumberedReading(numbers, of: dataset)
      #expect(reading.found.pixels == nil)
      #expect(reading.found.samples.allSatisfy { $0.row == 0 && $0.pixels.capacity == 1 })
      #expect(Set(reading.found.samples.map { ObjectIdentifier($0.pixels) }).count == numbers.count)
      #expect(reading.values == numbers.map { $0 + 1 })
    }
  }

  @Test func imagesOfOneSizeLieInOneBufferWhateverTheirOwnSizes() throws {
    let files = (0..<6).map { ("\($0).png", TestArchive.png(5 + $0, 9 - $0, value: UInt8($0 + 1))) }
    let folder = try TestFolder(["dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip(files)])
    let size = Rendition.Size(height: 6, width: 4)
    let dataset = try open(folder.path, rendition: Rendition(size: size, resize: .crop))
    let reading = NumberedReading([5, 0, 3], of: dataset)
    #expect(reading.error == nil)
    #expect(reading.found.pixels?.shape == ImageShape(height: 6, width: 4))
    #expect(reading.found.samples.allSatisfy { $0.pixels === reading.found.pixels })
    #expect(reading.values == [6, 1, 4])
    #expect(reading.found.samples.map(\.header.width) == [4, 9, 6])
    #expect(reading.found.samples.map(\.header.height) == [10, 5, 8])
  }

  @Test func nothingAskedForIsNothingRead() throws {
    let dataset = try open(DatasetFixtures.shared().path("good"))
    let reading = NumberedReading([], of: dataset)
    #expect(reading.error == nil)
    #expect(reading.found.samples.isEmpty && reading.found.pixels == nil)
    #expect(reading.found.indexes.isEmpty)
    let empty = try open(DatasetFixtures.shared().path("empty"))
    guard case .empty? = NumberedReading([0], of: empty).error else { return #expect(Bool(false)) }
  }

  @Test func numbersOutsideTheDatasetAreRefused() throws {
    let dataset = try open(DatasetFixtures.shared().path("good"))
    for number in [-1, 9, .max, .min] {
      #expect(NumberedReading([0, number], of: dataset).error == .noSuchSample(number: number, count: 9))
    }
  }

  // MARK: Errors

  /// Ten images of which some are no images.
  private func withBroken(
    _ broken: Set<Int>, onError: ErrorPolicy, maxWorkers: Int = 4, _ test: (Dataset) throws -> Void
  ) throws {
    let entries = images(10).enumerated().map { index, entry in
      (entry.name, broken.contains(index) ? Array("no image".utf8) : entry.bytes)
    }
    let folder = try TestFolder(["dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip(entries)])
    try test(try open(folder.path, maxWorkers: maxWorkers, onError: onError))
  }

  private func notAnImage(_ index: Int) -> DatasetError {
    .image(chunk: "a", entry: "pet/\(index).png", .notAnImage(found: "plain text"))
  }

  @Test func theFirstErrorInTheOrderAskedIsRaised() throws {
    try withBroken([2, 5, 7], onError: .raise) { dataset in
      #expect(NumberedReading([9, 7, 1, 2, 5], of: dataset).error == notAnImage(7))
      #expect(NumberedReading([9, 1, 5, 2, 7], of: dataset).error == notAnImage(5))
      let good = NumberedReading([9, 1, 0], of: dataset)
      #expect(good.error == nil)
      #expect(good.values == [10, 2, 1])
    }
  }

  @Test func skippedImagesAreLeftOutAndTold() throws {
    try withBroken([2, 5], onError: .skip) { dataset in
      let reading = NumberedReading([9, 5, 1, 2, 5, 0], of: dataset)
      #expect(reading.error == nil)
      #expect(reading.values == [10, 2, 1])
      #expect(reading.positions == [0, 2, 5])
      #expect(reading.found.errors.map(\.position) == [1, 3, 4])
      #expect(reading.found.errors.map(\.error) == [notAnImage(5), notAnImage(2), notAnImage(5)])
      #expect(reading.found.samples.map(\.row) == [0, 1, 2])
      #expect(reading.found.pixels != nil)
      let none = NumberedReading([2, 5], of: dataset)
      #expect(none.error == nil && none.found.samples.isEmpty && none.found.errors.count == 2)
    }
  }

  @Test func replacedImagesAreTheNextGoodOnesOrAtTheEndTheLast() throws {
    try withBroken([2, 3, 8, 9], onError: .replace) { dataset in
      let reading = NumberedReading([9, 2, 1, 8, 3, 4], of: dataset)
      #expect(reading.error == nil)
      #expect(reading.values == [8, 5, 2, 8, 5, 5])
      #expect(reading.positions == Array(0..<6))
      #expect(reading.found.samples[0].entry == "pet/7.png")
      #expect(reading.found.errors.map(\.position) == [0, 1, 3, 4])
      #expect(reading.found.errors.first?.error == notAnImage(9))
    }
    try withBroken(Set(0..<10), onError: .replace) { dataset in
      #expect(NumberedReading([4], of: dataset).error == notAnImage(4))
    }
  }

  @Test func aBombIsNotEvenFetched() throws {
    for (policy, count) in [(ErrorPolicy.skip, 6), (.replace, 7)] {
      let dataset = try open(DatasetFixtures.shared().path("bomb"), onError: policy)
      let reading = NumberedReading(Array(0..<7), of: dataset)
      #expect(reading.error == nil)
      #expect(reading.found.samples.count == count)
      #expect(reading.cache.budget.peak < 1 << 20)
    }
  }

  @Test func flippedBitsEndInAnErrorOrInTheImage() throws {
    var dice = SeededDice(seed: 3)
    let files = images(6, padding: 50)
    let good = [TestArchive.zip(files), TestArchive.zip(files, sizesFollow: true)]
    let description = TestArchive.description(["a"], more: ", \"num_images\": 6")
    let folder = try TestFolder(["dataset.json": description])
    var outcomes = (whole: 0, partial: 0, none: 0)
    for turn in 0..<400 {
      var archive = good[turn % 2]
      for _ in 0..<Int.random(in: 1...3, using: &dice) {
        archive[Int.random(in: 0..<archive.count, using: &dice)] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
      }
      if dice.chance(10) { archive.removeLast(Int.random(in: 1..<archive.count, using: &dice)) }
      try folder.write("a.zip", archive)
      let reading = NumberedReading(Array(0..<6), of: try open(folder.path, onError: .skip))
      #expect(reading.error != .cancelled)
      if reading.error == nil {
        #expect(reading.found.samples.count + reading.found.errors.count == 6)
        #expect(reading.values == reading.positions.map { $0 + 1 })
      }
      switch reading.found.samples.count {
      case 6: outcomes.whole += 1
      case 0: outcomes.none += 1
      default: outcomes.partial += 1
      }
    }
    #expect(outcomes.whole > 0 && outcomes.partial > 0 && outcomes.none > 0)
  }

  @Test func aChunkThatIsNotThereRaisesWhateverThePolicy() throws {
    for policy in ErrorPolicy.allCases {
      try withHost(["dataset.json": TestArchive.description(["a"], more: ", \"num_images\": 3")]) { host in
        guard
          case .download(chunk: "a", .status(_, 404, _, _))? = NumberedReading(
            [0], of: try open(host.url, onError: policy)
          ).error
        else { return #expect(Bool(false)) }
      }
    }
  }

  @Test func anArchiveThatChangedIsNotMixedWithItsOldIndex() throws {
    let archive = TestArchive.zip(images(9))
    try withHost(["dataset.json": TestArchive.description(["a"]), "a.zip": archive]) { host in
      let dataset = try open(host.url)
      let warm = NumberedReading([0], of: dataset)
      var changed = archive
      changed[40] ^= 1
      for other in [changed, TestArchive.zip(images(8))] {
        host.replace("a.zip", with: other)
        let reading = NumberedReading([3], of: dataset, indexes: warm.found.indexes, cache: warm.cache)
        guard case .download(chunk: "a", .changed)? = reading.error else {
          return #expect(Bool(false), "\(reading.error as Any)")
        }
      }
      #expect(NumberedReading([7], of: dataset, cache: warm.cache).values == [8])
    }
  }

  @Test func aLocalArchiveThatChangedIsNoticed() throws {
    let folder = try TestFolder([
      "dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip(images(9)),
    ])
    let dataset = try open(folder.path)
    let warm = NumberedReading([0], of: dataset)
    try folder.write("a.zip", TestArchive.zip(images(8)))
    let reading = NumberedReading([3], of: dataset, indexes: warm.found.indexes, cache: warm.cache)
    guard case .download(chunk: "a", .changed)? = reading.error else {
      return #expect(Bool(false), "\(reading.error as Any)")
    }
  }

  // MARK: Threads

  @Test func cancellingInMidFlightFreesEverything() throws {
    let picture = images(60, padding: 60_000, side: 100)
    let files = ["dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip(picture)]
    for hasRanges in [true, false] {
      try withHost(files, hasRanges: hasRanges) { host in
        let dataset = try open(host.url, memoryLimit: 8 << 20)
        for turn in 0..<12 {
          weak var held: SampleReader?
          let cache = ChunkCache(memoryLimit: 8 << 20)
          do {
            let requests = host.requests.count
            let reader = try dataset.read((0..<30).map { $0 * 2 }.shuffled(), cache: cache)
            held = reader
            #expect(becomesTrue { host.requests.count >= requests + turn % (hasRanges ? 12 : 3) })
            reader.cancel()
            #expect(throws: DatasetError.cancelled) { try reader.poll() }
            reader.wait()
          }
          #expect(becomesTrue { held == nil })
          #expect(becomesTrue { cache.budget.used <= 8 << 20 })
        }
      }
    }
  }

  @Test func cancellingFreesWhatWasReserved() throws {
    let archive = TestArchive.zip(images(60, padding: 60_000))
    try withHost(["dataset.json": TestArchive.description(["a"]), "a.zip": archive]) { host in
      let dataset = try open(host.url)
      let warm = NumberedReading([0], of: dataset)
      let cache = ChunkCache(memoryLimit: 8 << 20)
      for _ in 0..<20 {
        let reader = try dataset.read((0..<60).shuffled(), indexes: warm.found.indexes, cache: cache)
        reader.wait()
        reader.cancel()
      }
      cache.budget.close()
      #expect(becomesTrue { cache.budget.used == 0 })
    }
  }

  @Test func waitingForWhatDoesNotComeEnds() throws {
    let archive = TestArchive.zip(images(3))
    let look = "a.zip 0-0"
    try withHost(["dataset.json": TestArchive.description(["a"]), "a.zip": archive], stalls: [look]) { host in
      let cache = ChunkCache(memoryLimit: 1 << 20)
      weak var held: SampleReader?
      do {
        let reader = try open(host.url).read([0], cache: cache)
        held = reader
        for _ in 0..<3 {
          reader.wait()
          guard case .notYet = try reader.poll() else { return #expect(Bool(false), "something came") }
        }
        reader.cancel()
      }
      #expect(becomesTrue { held == nil })
    }
  }

  @Test func aResultIsGivenOnce() throws {
    let dataset = try open(DatasetFixtures.shared().path("good"))
    let reader = try dataset.read([0], cache: ChunkCache(memoryLimit: 1 << 20))
    #expect(NumberedReading(reader, cache: ChunkCache(memoryLimit: 0)).found.samples.count == 1)
    #expect(throws: DatasetError.cancelled) { try reader.poll() }
    #expect(!reader.isInherited)
  }

  @Test func manyReadersAtOnceDoNotMix() throws {
    let files = [
      "dataset.json": TestArchive.description(["a", "b"], more: ", \"num_images\": 50"),
      "a.zip": TestArchive.zip(images(50, padding: 3000)),
      "b.zip": TestArchive.zip(images(50, from: 50, padding: 3000), sizesFollow: true),
    ]
    for hasRanges in [true, false] {
      try withHost(files, hasRanges: hasRanges) { host in
        let dataset = try open(host.url, memoryLimit: 1 << 20)
        let cache = ChunkCache(memoryLimit: 1 << 20)
        let failures = Monitor([String]())
        let threads = (0..<12).map { _ in
          EngineThread(name: "reader") {
            var indexes: [Int: ChunkIndex] = [:]
            for _ in 0..<6 {
              let numbers = (0..<Int.random(in: 1...30)).map { _ in Int.random(in: 0..<100) }
              let reading = NumberedReading(numbers, of: dataset, indexes: indexes, cache: cache)
              indexes.merge(reading.found.indexes) { $1 }
              if reading.values != numbers.map({ $0 + 1 }) {
                failures.update { $0.append("\(numbers): \(reading.error as Any)") }
              }
            }
          }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
      }
    }
  }
}
