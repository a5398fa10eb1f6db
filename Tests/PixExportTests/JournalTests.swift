import Testing

@testable import PixExport

@Suite struct JournalTests {
  private func identity() throws -> ExportIdentity {
    ExportIdentity(try DatasetFixture().dataset, format: .zip, selection: ExportSelection())
  }

  private func record(_ place: Int) -> ChunkRecord {
    ChunkRecord(
      chunk: place, chunkID: "c\(place)", images: place, files: [.init(path: "c/\(place)\n.zip", size: 3, crc32: 7)],
      missing: [MissingImage(chunk: "c\(place)", entry: "é\"", reason: "gone")])
  }

  private func written(_ folder: TestFolder, records: Int) throws -> Journal {
    var journal = Journal(try identity())
    try journal.begin(folder.path + "/j")
    for place in 0..<records { try journal.append(record(place), to: folder.path + "/j") }
    return journal
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let folder = try TestFolder()
    let journal = try written(folder, records: 3)
    let read = try #require(Journal(unfinished: folder.path + "/j"))
    #expect(read.identity == journal.identity)
    #expect(read.records == journal.records)
    #expect(read.records == (0..<3).map(record))
    #expect(Journal(unfinished: folder.path + "/none") == nil)
  }

  /// Wherever a process was killed, what was whole stays, and what comes after is read again.
  @Test func cutAtEveryByteItGoesOn() throws {
    let folder = try TestFolder()
    _ = try written(folder, records: 3)
    let whole = try folder.read("j")
    var counts: Set<Int> = []
    for length in 0..<whole.count {
      try folder.write("cut", whole.prefix(length))
      guard var read = Journal(unfinished: folder.path + "/cut") else { continue }
      counts.insert(read.records.count)
      #expect(read.records == (0..<read.records.count).map(record))
      try read.begin(folder.path + "/cut")
      for place in read.records.count..<3 { try read.append(record(place), to: folder.path + "/cut") }
      #expect(try folder.read("cut") == whole, "\(length) bytes")
    }
    #expect(counts == [0, 1, 2])
  }

  @Test func recordsAfterADamagedOneAreNotBelieved() throws {
    let folder = try TestFolder()
    _ = try written(folder, records: 3)
    var bytes = try folder.read("j")
    let second = try #require(bytes.firstIndex(of: UInt8(ascii: "\n")))
    bytes[second + 1] = UInt8(ascii: "x")
    try folder.write("j", bytes)
    #expect(Journal(unfinished: folder.path + "/j")?.records == [])
  }

  @Test func everyFlippedByteOfAFinishedRecordIsNoticed() throws {
    let folder = try TestFolder()
    var journal = try written(folder, records: 2)
    let path = folder.path + "/record"
    try journal.close(with: [.init(path: "dataset.json", size: 1, sha256: "ab")], to: path)
    let whole = try folder.read("record")
    let read = try Journal(finished: path)
    #expect(read.records == journal.records)
    #expect(read.seal == journal.seal)
    for place in whole.indices {
      var damaged = whole
      damaged[place] ^= 1
      try folder.write("record", damaged)
      #expect(throws: ExportError.self, "byte \(place)") { _ = try Journal(finished: path) }
    }
    for length in whole.indices {
      try folder.write("record", whole.prefix(length))
      #expect(throws: ExportError.self, "\(length) bytes") { _ = try Journal(finished: path) }
    }
  }

  /// A folder may come from somebody else, sealed and all.
  @Test(arguments: [
    "../../.bashrc", "/etc/passwd", "a/../../b", "", "a//b", "./a", "a\0",
  ]) func whatLiesOutsideTheFolderIsRefused(_ name: String) throws {
    let folder = try TestFolder()
    let path = folder.path + "/record"
    let outside = ChunkRecord.File(path: name, size: 1)
    var journal = Journal(try identity())
    try journal.close(with: [outside], to: path)
    #expect(throws: ExportError.self) { _ = try Journal(finished: path) }
    journal = try written(folder, records: 1)
    journal.replace(ChunkRecord(chunk: 0, chunkID: "c", images: 1, files: [outside]))
    try journal.close(with: [], to: path)
    #expect(throws: ExportError.self) { _ = try Journal(finished: path) }
  }

  @Test func countsThatNothingHasAreRefused() throws {
    let folder = try TestFolder()
    let path = folder.path + "/record"
    let rows = ChunkRecord.Rows(height: 1 << 40, width: 1 << 40, labels: ["a"], crc32: 0)
    for record in [
      ChunkRecord(chunk: 0, chunkID: "c", images: -1), ChunkRecord(chunk: 0, chunkID: "c", images: .max),
      ChunkRecord(chunk: 0, chunkID: "c", images: 1, rows: rows),
      ChunkRecord(chunk: 0, chunkID: "c", images: 1, files: [.init(path: "a", size: -1)]),
      ChunkRecord(chunk: 0, chunkID: "c", images: 1, files: [.init(path: "a", size: .max)]),
      ChunkRecord(chunk: 7, chunkID: "c", images: 1),
    ] {
      var journal = try written(folder, records: 0)
      try journal.append(record, to: folder.path + "/j")
      #expect(Journal(unfinished: folder.path + "/j")?.records == [])
      try journal.close(with: [], to: path)
      #expect(throws: ExportError.self) { _ = try Journal(finished: path) }
    }
  }

  @Test func aNewerOneIsSaidToBeSo() throws {
    let folder = try TestFolder()
    var identity = try identity()
    identity.formatVersion += 1
    var journal = Journal(identity)
    try journal.close(with: [], to: folder.path + "/record")
    #expect(
      throws: ExportError.record(path: folder.path + "/record", reason: "a newer pixcrawler has written it")
    ) { _ = try Journal(finished: folder.path + "/record") }
    #expect(Journal(unfinished: folder.path + "/record") == nil)
  }
}
