import PixDecode
import PixRemote
import PixThreads
import Testing

@testable import PixStream

@Suite struct SampleFetchTests: NumberedTrial {
  // MARK: What goes over the wire

  @Test func aWarmReadTakesOneRequestAnImageAndHardlyMoreThanItsBytes() throws {
    let chunks = [images(40, padding: 20_000), images(40, from: 40, padding: 20_000)]
    let size = chunks[0][0].bytes.count
    let files = [
      "dataset.json": TestArchive.description(["a", "b"], more: ", \"num_images\": 40"),
      "a.zip": TestArchive.zip(chunks[0]), "b.zip": TestArchive.zip(chunks[1], sizesFollow: true),
    ]
    try withHost(files, mostInFlight: 3) { host in
      let dataset = try open(host.url, maxWorkers: 3)
      let cache = ChunkCache(memoryLimit: 256 << 20)
      let indexes = NumberedReading(dataset.readIndexes(cache: cache), cache: cache).found.indexes
      #expect(indexes.count == 2)
      for numbers in [[3, 70, 5, 41, 33, 11], Array(0..<80), (0..<80).shuffled(), [79], (0..<40).map { $0 * 2 }] {
        let (requests, bytes) = (host.requests.count, host.bytesSent)
        let reading = NumberedReading(numbers, of: dataset, indexes: indexes, cache: cache)
        #expect(reading.error == nil)
        #expect(reading.values == numbers.map { $0 + 1 })
        #expect(host.requests.count - requests <= numbers.count)
        #expect(Double(host.bytesSent - bytes) <= 1.1 * Double(size * numbers.count))
        if numbers.count == 80 { #expect(host.requests.count - requests <= 4) }
        #expect(!reading.found.fellBack)
      }
      #expect(!host.exceeded)
    }
  }

  @Test func aColdReadAsksForTheDirectoriesOfItsOwnChunksOnly() throws {
    let files = [
      "dataset.json": TestArchive.description(["a", "b", "c"], more: ", \"num_images\": 9, \"size_bytes\": SIZE"),
      "a.zip": TestArchive.zip(images(9, padding: 9000)), "b.zip": TestArchive.zip(images(9, padding: 9000)),
      "c.zip": TestArchive.zip(images(9, padding: 9000)),
    ]
    var sized = files
    sized["dataset.json"] = Array(
      String(decoding: files["dataset.json"]!, as: UTF8.self).replacing("SIZE", with: "\(files["b.zip"]!.count)").utf8)
    try withHost(sized) { host in
      let reading = NumberedReading([12], of: try open(host.url))
      #expect(reading.values == [4])
      #expect(Array(reading.found.indexes.keys) == [1])
      #expect(host.requests.filter { $0.contains("zip") }.map { $0.prefix(1) } == ["b", "b"])
      let size = files["b.zip"]!.count
      #expect(host.requests[1] == "b.zip \(size - 4096)-\(size - 1)")
    }
  }

  @Test func aDescriptionThatTellsNothingIsReadAllTheSame() throws {
    let metadata = Array("{\"images\": [{\"filename\": \"pet/0.png\", \"label\": \"cat\"}]}".utf8)
    let large = images(9, padding: 50_000)
    let files = [
      "dataset.json": TestArchive.description(["a", "b"]), "a.zip": TestArchive.zip(large),
      "b.zip": TestArchive.zip([("metadata.json", metadata)] + large),
    ]
    try withHost(files) { host in
      let reading = NumberedReading([17, 9], of: try open(host.url))
      #expect(reading.values == [9, 1])
      #expect(reading.found.samples.map(\.label) == [.text("pet"), .text("cat")])
      // Two sizes, two directories, one metadata, two images.
      #expect(host.requests.count { $0.contains("zip") } == 7)
    }
  }

  @Test func indexesAreReadWithoutAnImage() throws {
    let large = images(9, padding: 100_000)
    let names = ["a", "b", "c", "d", "e", "f"]
    var files = ["dataset.json": TestArchive.description(names, more: ", \"num_images\": 9")]
    for name in names { files[name + ".zip"] = TestArchive.zip(large) }
    try withHost(files, mostInFlight: 2) { host in
      let dataset = try open(host.url, maxWorkers: 2)
      let cache = ChunkCache(memoryLimit: 256 << 20)
      let first = NumberedReading([0], of: dataset, cache: cache)
      let before = host.bytesSent
      let reader = dataset.readIndexes(known: first.found.indexes, cache: cache)
      let rest = NumberedReading(reader, cache: cache).found.indexes
      #expect(rest.keys.sorted() == [1, 2, 3, 4, 5])
      #expect(rest.values.allSatisfy { $0.samples.map(\.label) == Array(repeating: .text("pet"), count: 9) })
      #expect(host.bytesSent - before < 5 * 6000)
      #expect(!host.exceeded)
    }
  }

  // MARK: Hosts without ranges

  @Test func aChunkWithoutRangesIsTakenWholeAndKept() throws {
    let chunk = images(20, padding: 50_000)
    let files = [
      "dataset.json": TestArchive.description(["a", "b"]), "a.zip": TestArchive.zip(chunk),
      "b.zip": TestArchive.zip(chunk, sizesFollow: true),
    ]
    try withHost(files, hasRanges: false) { host in
      let dataset = try open(host.url)
      let first = NumberedReading([30, 3, 12], of: dataset)
      #expect(first.error == nil)
      #expect(first.values == [11, 4, 13])
      #expect(first.found.fellBack)
      #expect(first.found.indexes.values.allSatisfy { !$0.hasRanges })
      let requests = host.requests.count
      let again = NumberedReading([5, 39], of: dataset, indexes: first.found.indexes, cache: first.cache)
      #expect(again.values == [6, 20])
      #expect(host.requests.count == requests)
      let held = first.cache.budget
      #expect(becomesTrue { held.used >= files["a.zip"]!.count + files["b.zip"]!.count })
      let cold = NumberedReading([5], of: dataset, indexes: first.found.indexes)
      #expect(cold.values == [6])
      #expect(cold.found.fellBack)
      #expect(host.requests.count == requests + 1)
    }
  }

  @Test func chunksWithoutRangesTakeTurnsInMemory() throws {
    let names = ["a", "b", "c", "d"]
    var files = ["dataset.json": TestArchive.description(names, more: ", \"num_images\": 10")]
    for name in names { files[name + ".zip"] = TestArchive.zip(images(10, padding: 60_000)) }
    try withHost(files, hasRanges: false) { host in
      let dataset = try open(host.url, memoryLimit: 1 << 20)
      let cache = ChunkCache(memoryLimit: 1 << 20)
      let numbers = (0..<40).shuffled()
      let reading = NumberedReading(numbers, of: dataset, cache: cache)
      #expect(reading.error == nil)
      #expect(reading.values == numbers.map { $0 % 10 + 1 })
      #expect(cache.budget.peak <= 1 << 20)
    }
  }

  @Test func aChunkWithoutRangesThatDoesNotFitIsToldSo() throws {
    let archive = TestArchive.zip(images(20, padding: 100_000))
    for more in ["", ", \"num_images\": 20, \"size_bytes\": \(archive.count)"] {
      let files = ["dataset.json": TestArchive.description(["a"], more: more), "a.zip": archive]
      try withHost(files, hasRanges: false) { host in
        let reading = NumberedReading([0], of: try open(host.url, memoryLimit: 1 << 20))
        #expect(reading.error == .rangeless(chunk: "a", needed: archive.count, limit: 1 << 20))
        #expect(host.requests.count <= 3)
        #expect(becomesTrue { reading.cache.budget.used == 0 })
      }
    }
  }

  // MARK: Memory

  @Test func theMemoryLimitHolds() throws {
    let limit = 1 << 20
    let folder = try TestFolder([
      "dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip(images(100, padding: 150_000)),
    ])
    for numbers in [Array(0..<100), (0..<100).shuffled(), (0..<50).map { $0 * 2 }] {
      let reading = NumberedReading(numbers, of: try open(folder.path, memoryLimit: limit))
      #expect(reading.values == numbers.map { $0 + 1 })
      #expect(reading.cache.budget.peak <= limit)
      #expect(reading.cache.budget.peak > limit / 4)
    }
  }

  @Test func whatIsLargerThanTheLimitPassesAlone() throws {
    let folder = try TestFolder([
      "dataset.json": TestArchive.description(["a"]),
      "a.zip": TestArchive.zip(images(6, padding: 100_000)),
    ])
    let reading = NumberedReading([5, 0, 3, 1], of: try open(folder.path, memoryLimit: 10_000))
    #expect(reading.values == [6, 1, 4, 2])
    #expect(reading.cache.budget.peak < 2 * 110_000)
  }

  @Test func memoryIsUsedAgainAndNotHeldAgainstTheNextRead() throws {
    let folder = try TestFolder([
      "dataset.json": TestArchive.description(["a"]), "a.zip": TestArchive.zip(images(20, side: 200)),
    ])
    let dataset = try open(folder.path, memoryLimit: 4 << 20)
    let cache = ChunkCache(memoryLimit: 4 << 20)
    var kept: [NumberedReading] = []
    for _ in 0..<5 { kept.append(NumberedReading(Array(0..<20), of: dataset, cache: cache)) }
    #expect(kept.allSatisfy { $0.values == Array(1...20) })
    let address = kept[4].found.pixels?.address
    kept.removeLast()
    #expect(becomesTrue { cache.budget.used > 2_000_000 })
    #expect(NumberedReading(Array(0..<20), of: dataset, cache: cache).found.pixels?.address == address)
  }
}
