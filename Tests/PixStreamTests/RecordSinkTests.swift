import PixDecode
import Testing

@testable import PixStream

@Suite struct RecordSinkTests: NumberedTrial {
  @Test func entriesAreWholeHoweverTheirBytesCome() throws {
    for sizesFollow in [false, true] {
      let files = [
        "dataset.json": TestArchive.description(["a"]),
        "a.zip": TestArchive.zip(images(30, padding: 100_000), sizesFollow: sizesFollow),
      ]
      try withHost(files, cutsAfter: 70_001) { host in
        let dataset = try open(host.url)
        for numbers in [Array(0..<30), (0..<15).map { $0 * 2 }] {
          let before = host.requests.count
          let reading = NumberedReading(numbers, of: dataset)
          #expect(reading.error == nil)
          #expect(reading.values == numbers.map { $0 + 1 })
          #expect(host.requests.count > before + 4)
        }
      }
    }
  }

  @Test func oneBrokenEntryDoesNotSpoilItsNeighbours() throws {
    var archive = TestArchive.zip(images(9, padding: 1000))
    let length = archive.count
    let dataset = { (bytes: [UInt8]) throws in
      let folder = try TestFolder(["dataset.json": TestArchive.description(["a"]), "a.zip": bytes])
      return NumberedReading(Array(0..<9), of: try open(folder.path, onError: .skip))
    }
    let record = try #require(try dataset(archive).found.indexes[0]).samples.map(\.record)
    // A local header that is none, one of another name, and data that is not the directory's.
    archive[record[2].lowerBound] = 0
    archive[record[4].lowerBound + 30] ^= 1
    archive[record[7].lowerBound + 500] ^= 1
    let reading = try dataset(archive)
    #expect(archive.count == length)
    #expect(reading.error == nil)
    #expect(reading.positions == [0, 1, 3, 5, 6, 8])
    #expect(reading.values == [1, 2, 4, 6, 7, 9])
    #expect(reading.found.errors.map(\.position) == [2, 4, 7])
  }

  @Test func anEntryThatClaimsItsNeighboursBytesIsCutShort() throws {
    // Both headers lie alike, so that only the place of the next record tells.
    var archive = TestArchive.zip([("a.png", [1, 2, 3, 4]), ("b.png", TestArchive.png(8, 8, value: 7))])
    let directory = try #require(archive.firstRange(of: [0x50, 0x4B, 1, 2])).lowerBound
    for place in [18, 22, directory + 20, directory + 24] { archive[place] = 9 }
    let folder = try TestFolder(["dataset.json": TestArchive.description(["a"]), "a.zip": archive])
    let reading = NumberedReading([0, 1], of: try open(folder.path, onError: .skip))
    #expect(reading.values == [7])
    #expect(reading.found.errors.map(\.error) == [.archive(chunk: "a", .cutShort(entry: "a.png", offset: 39))])
  }
}
