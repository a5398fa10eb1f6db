import Foundation
import PixDecode
import PixStream
import Testing

@testable import PixExport

@Suite struct NumpyWriterTests {
  private static let sized: @Sendable (inout DatasetConfiguration) -> Void = {
    $0.rendition.size = Rendition.Size(height: 6, width: 5)
  }

  private func writer(
    _ fixtures: ExportFixtures, _ folder: TestFolder, _ selection: ExportSelection = ExportSelection(),
    done: [ChunkRecord] = [], repairs: Bool = false
  ) throws(ExportError) -> NumpyWriter {
    try NumpyWriter(fixtures.dataset, folder: folder.path, selection: selection, done: done, repairs: repairs)
  }

  /// A download that nothing comes in the way of.
  private func export(
    _ fixtures: ExportFixtures, _ folder: TestFolder, _ selection: ExportSelection = ExportSelection()
  ) throws -> [ChunkRecord] {
    var writer = try writer(fixtures, folder, selection)
    var records: [ChunkRecord] = []
    for chunk in fixtures.chunks where !writer.isSated {
      records.append(try writer.write(chunk, tick: { _ in }))
    }
    _ = try writer.finish(records)
    return records
  }

  private func header(_ folder: TestFolder, _ file: String) throws -> String {
    String(decoding: try folder.read(file).prefix(128).dropFirst(10), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func labels(_ folder: TestFolder) throws -> [Int64] {
    try folder.read("labels.npy").dropFirst(128).withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
    }
  }

  @Test func rowsAreTheImagesInOrder() throws {
    let folder = try TestFolder()
    let records = try export(try ExportFixtures("plain", NumpyWriterTests.sized), folder)
    #expect(records.map(\.images) == [3, 4, 2])
    #expect(records.flatMap(\.missing).isEmpty)
    #expect(
      try header(folder, "images.npy")
        == "{'descr': '|u1', 'fortran_order': False, 'shape': (9, 6, 5, 3), }")
    #expect(try header(folder, "labels.npy") == "{'descr': '<i8', 'fortran_order': False, 'shape': (9,), }")
    let classes = try JSONDecoder().decode([String].self, from: Data(folder.read("classes.json")))
    #expect(classes == ["cat", "dog", "7", "{\"of\":[1,\"a/b\"]}"])
    #expect(try labels(folder) == [0, 1, 1, 0, 2, 3, -1, 1, 0])
    var pixels: [UInt8] = []
    let stream = try ExportFixtures("plain", NumpyWriterTests.sized).dataset.stream()
    reading: while true {
      stream.wait()
      switch try stream.poll() {
      case .batch(let batch): pixels += batch.pixels.image(0)
      case .end: break reading
      case .notYet: continue
      }
    }
    #expect(try folder.read("images.npy").dropFirst(128).elementsEqual(pixels))
    var start = 128
    for record in records {
      let rows = try #require(record.rows)
      let bytes = try Array(folder.read("images.npy")[start..<start + rows.byteCount])
      #expect(bytes.withUnsafeBytes { Checksum.crc32(of: $0) } == rows.crc32)
      start += rows.byteCount
    }
    var writer = try writer(try ExportFixtures("plain", NumpyWriterTests.sized), folder, done: records)
    let files = try writer.finish(records)
    #expect(try Set(folder.tree().keys) == Set(files.map(\.path)))
    for file in files { #expect(try folder.read(file.path).count == file.size) }
  }

  @Test(arguments: [1, 2, 5, 8]) func aLimitAndLabelsLeaveOutTheRest(limit: Int) throws {
    let fixtures = try ExportFixtures("plain", NumpyWriterTests.sized)
    let (folder, whole) = (try TestFolder(), try TestFolder())
    _ = try export(fixtures, whole)
    let records = try export(fixtures, folder, ExportSelection(limit: limit))
    #expect(records.reduce(0) { $0 + $1.images } == limit)
    #expect(records.flatMap(\.missing).isEmpty)
    let row = 6 * 5 * 3
    #expect(
      try folder.read("images.npy").dropFirst(128)
        .elementsEqual(whole.read("images.npy").dropFirst(128).prefix(limit * row)))
    let cats = try TestFolder()
    #expect(try export(fixtures, cats, ExportSelection(labels: ["cat"])).map(\.images) == [1, 1, 1])
    #expect(try labels(cats) == [0, 0, 0])
  }

  @Test func imagesOfTwoShapesAreAnErrorThatNamesThem() throws {
    let folder = try TestFolder()
    let fixtures = try ExportFixtures("shapes")
    #expect(
      throws: ExportError.shapes(
        first: "chunk_0000/cat/1.jpg", firstShape: [24, 32], other: "chunk_0000/cat/2.jpg", otherShape: [8, 8])
    ) { try export(fixtures, folder) }
    let apart = try ExportFixtures("shapes_apart")
    var writer = try writer(apart, folder)
    let first = try writer.write(apart.chunk(0), tick: { _ in })
    writer = try self.writer(apart, folder, done: [first])
    #expect(
      throws: ExportError.shapes(
        first: "chunk_0000", firstShape: [24, 32], other: "chunk_0001/cat/2.jpg", otherShape: [8, 8])
    ) { try writer.write(apart.chunk(1), tick: { _ in }) }
  }

  @Test(arguments: [ErrorPolicy.raise, .skip]) func whatCannotBeHadIsNamed(policy: ErrorPolicy) throws {
    let fixtures = try ExportFixtures("damaged") { $0.onError = policy }
    let folder = try TestFolder()
    var writer = try writer(fixtures, folder)
    let first = try writer.write(fixtures.chunk(0, images: 9), tick: { _ in })
    #expect(first.images == 2)
    #expect(Set(first.missing.map(\.entry)) == ["cat/cut.jpg", "cat/text.jpg", "cat/wrong.jpg", "cat/loop.gif", nil])
    #expect(first.missing.allSatisfy { !$0.reason.hasPrefix("chunk chunk_0000") || $0.entry == nil })
    #expect(first.missing.contains { $0.entry == nil && $0.reason.contains("declares 9 images") })
    let second = try writer.write(fixtures.chunk(1, images: 3), tick: { _ in })
    #expect(second.images == 2)
    #expect(second.missing.map(\.entry) == [nil])
    _ = try writer.finish([first, second])
    #expect(try header(folder, "images.npy").contains("(4, 24, 32, 3)"))
    let dogs = try self.writer(fixtures, try TestFolder(), ExportSelection(labels: ["dog"]))
    writer = dogs
    #expect(try writer.write(fixtures.chunk(0), tick: { _ in }).missing.isEmpty)
  }

  @Test func nothingAtAllIsAnArrayOfNothing() throws {
    for (size, shape) in [(nil, "(0, 0, 0, 3)"), (Rendition.Size(height: 4, width: 5), "(0, 4, 5, 3)")] {
      let fixtures = try ExportFixtures("empty") { $0.rendition.size = size }
      let folder = try TestFolder()
      let records = try export(fixtures, folder)
      #expect(records.flatMap(\.missing).map(\.entry) == [nil])
      #expect(try header(folder, "images.npy").contains(shape))
      #expect(try folder.read("images.npy").count == 128)
      #expect(try labels(folder).isEmpty)
    }
  }

  /// Killed in the middle of a chunk, or between two, then begun again from what the journal has.
  @Test func aKilledRunComesToTheSame() throws {
    let fixtures = try ExportFixtures("plain", NumpyWriterTests.sized)
    let clean = try TestFolder()
    let expected = try export(fixtures, clean)
    for stop in 0..<12 {
      let folder = try TestFolder()
      var done: [ChunkRecord] = []
      var ticks = 0
      do throws(ExportError) {
        var writer = try writer(fixtures, folder)
        for chunk in fixtures.chunks {
          done.append(
            try writer.write(chunk) { (_) throws(ExportError) in
              ticks += 1
              if ticks > stop { throw .cancelled }
            })
        }
      } catch { #expect(error == .cancelled) }
      try folder.write(".pixcrawler.partial", [1, 2, 3])
      var writer = try writer(fixtures, folder, done: done)
      for chunk in fixtures.chunks.dropFirst(done.count) { done.append(try writer.write(chunk, tick: { _ in })) }
      _ = try writer.finish(done)
      #expect(done == expected)
      #expect(try folder.tree() == clean.tree())
    }
  }

  @Test func aFileShorterThanItsRecordIsNotGoneOnWith() throws {
    let fixtures = try ExportFixtures("plain", NumpyWriterTests.sized)
    let folder = try TestFolder()
    let records = try export(fixtures, folder)
    try folder.write("images.npy", try folder.read("images.npy").dropLast())
    #expect {
      try writer(fixtures, folder, done: records)
    } throws: {
      if case ExportError.record = $0 { true } else { false }
    }
  }

  @Test func aDamagedChunkIsWrittenOverItself() throws {
    let fixtures = try ExportFixtures("plain", NumpyWriterTests.sized)
    let folder = try TestFolder()
    let records = try export(fixtures, folder)
    let clean = try folder.tree()
    var bytes = try folder.read("images.npy")
    for place in 128 + 3 * 90..<128 + 7 * 90 { bytes[place] ^= 0xFF }
    for damaged in [bytes, Array(bytes.prefix(128 + 4 * 90)), []] {
      try folder.write("images.npy", damaged)
      var writer = try writer(fixtures, folder, done: records, repairs: true)
      for (place, record) in records.enumerated() {
        #expect(try writer.rewrite(fixtures.chunk(place), as: record, tick: { _ in }) == record)
      }
      _ = try writer.finish(records)
      #expect(try folder.tree() == clean)
    }
    let other = try ExportFixtures("shapes_apart", NumpyWriterTests.sized)
    var writer = try writer(fixtures, folder, done: records, repairs: true)
    #expect(throws: ExportError.outdated(folder: folder.path)) {
      try writer.rewrite(other.chunk(0), as: records[0], tick: { _ in })
    }
  }

  @Test func damageIsFoundWhereItLies() throws {
    let fixtures = try ExportFixtures("plain", NumpyWriterTests.sized)
    let folder = try TestFolder()
    let records = try export(fixtures, folder)
    var writer = try writer(fixtures, folder, done: records)
    let files = try writer.finish(records)
    let start = try #require(files.first(where: NumpyWriter.isStart))
    let bytes = try folder.read("images.npy")
    /// The chunks whose rows are damaged; -1 for the file's start.
    func damaged(_ bytes: [UInt8]?) throws -> [Int] {
      if let bytes { try folder.write("images.npy", bytes) }
      var places = NumpyWriter.damage(of: start, in: folder.path) == nil ? [] : [-1]
      try NumpyWriter.compare(records, in: folder.path) { record, damage, _ in
        if damage != nil { places.append(record.chunk) }
      }
      return places
    }
    #expect(try damaged(bytes) == [])
    for (place, chunk) in [(0, -1), (20, -1), (127, -1), (128, 0), (128 + 270, 1), (128 + 9 * 90 - 1, 2)] {
      var other = bytes
      other[place] ^= 1
      #expect(try damaged(other) == [chunk], "byte \(place)")
    }
    #expect(try damaged(Array(bytes.dropLast())) == [-1, 2])
    #expect(try damaged([]) == [-1, 0, 1, 2])
    try FileManager.default.removeItem(atPath: folder.path + "/images.npy")
    #expect(try damaged(nil) == [-1, 0, 1, 2])
  }

  @Test func aLinkInTheWayIsNotFollowed() throws {
    let (folder, outside) = (try TestFolder(), try TestFolder())
    try outside.write("victim", [1, 2, 3])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/images.npy", withDestinationPath: outside.path + "/victim")
    #expect(throws: ExportError.file(path: folder.path + "/images.npy", code: ELOOP)) {
      try writer(try ExportFixtures("plain"), folder)
    }
    #expect(try outside.read("victim") == [1, 2, 3])
  }
}
