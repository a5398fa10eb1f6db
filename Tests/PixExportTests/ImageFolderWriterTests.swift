import Foundation
import PixDecode
import PixStream
import Testing

@testable import PixExport

@Suite struct ImageFolderWriterTests {
  private func writer(
    _ fixtures: ExportFixtures, _ folder: TestFolder, _ selection: ExportSelection = ExportSelection(),
    done: [ChunkRecord] = []
  ) throws(ExportError) -> ImageFolderWriter {
    try ImageFolderWriter(fixtures.dataset, folder: folder.path, selection: selection, done: done)
  }

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

  /// What the archives hold, by the bytes of `chunk/entry`; of several the last.
  private func contents(_ fixtures: ExportFixtures) throws -> [[UInt8]: [UInt8]] {
    var contents: [[UInt8]: [UInt8]] = [:]
    for chunk in fixtures.chunks {
      var reader = try ChunkReader(chunk.file)
      do throws(ZipError) {
        while let item = try reader.next() {
          guard case .entry(let entry, let bytes) = item else { continue }
          contents[Array("\(chunk.reference.chunkID)/\(entry.name)".utf8)] = bytes.withBytes { Array($0) }
        }
      } catch {}
    }
    return contents
  }

  private func lines(_ folder: TestFolder) throws -> [[String: String?]] {
    try String(decoding: folder.read("metadata.jsonl"), as: UTF8.self).split(separator: "\n").map { line in
      try JSONDecoder().decode([String: String?].self, from: Data(line.utf8))
    }
  }

  @Test func everyImageLiesInItsClassUnchanged() throws {
    let fixtures = try ExportFixtures("plain")
    let folder = try TestFolder()
    let records = try export(fixtures, folder)
    #expect(records.flatMap(\.missing).isEmpty)
    #expect(
      records.flatMap(\.files).map(\.path) == [
        "cat/1.jpg", "dog/deep/er/2.png", "dog/3.webp", "cat/4.jpg", "7/5.jpg", "{_of__[1,_a_b_]}/6.jpg",
        "unlabeled/bare.jpg", "dog/8.jpg", "cat/9.jpg",
      ])
    let contents = try contents(fixtures)
    for record in records {
      for file in record.files {
        let bytes = try folder.read(file.path)
        #expect(bytes == contents[Array("\(record.chunkID)/\(file.entry ?? file.path)".utf8)])
        #expect(bytes.count == file.size)
        #expect(bytes.withUnsafeBytes { Checksum.crc32(of: $0) } == file.crc32)
      }
    }
    let lines = try lines(folder)
    #expect(lines.map { $0["file_name"] } == records.flatMap(\.files).map(\.path))
    #expect(lines[0] == ["file_name": "cat/1.jpg", "label": "cat", "original": "chunk_0000/cat/1.jpg"])
    #expect(lines[3] == ["file_name": "cat/4.jpg", "label": "cat", "original": "chunk_0001/4.jpg"])
    #expect(lines[6] == ["file_name": "unlabeled/bare.jpg", "label": nil, "original": "chunk_0001/bare.jpg"])
    let classes = try JSONDecoder().decode([String: String?].self, from: Data(folder.read("classes.json")))
    #expect(
      classes == [
        "cat": "cat", "dog": "dog", "7": "7", "unlabeled": nil, "{_of__[1,_a_b_]}": "{\"of\":[1,\"a/b\"]}",
      ])
    #expect(try folder.tree().count == 9 + 2)
  }

  @Test func aLimitAndLabelsLeaveOutTheRest() throws {
    let fixtures = try ExportFixtures("plain")
    for limit in 1...9 {
      let folder = try TestFolder()
      let records = try export(fixtures, folder, ExportSelection(limit: limit))
      #expect(records.flatMap(\.files).count == limit)
      #expect(records.flatMap(\.missing).isEmpty)
    }
    let cats = try TestFolder()
    let records = try export(fixtures, cats, ExportSelection(labels: ["cat"]))
    #expect(records.flatMap(\.files).map(\.path) == ["cat/1.jpg", "cat/4.jpg", "cat/9.jpg"])
  }

  @Test func whatCannotBeHadIsNamed() throws {
    let fixtures = try ExportFixtures("damaged")
    let folder = try TestFolder()
    var writer = try writer(fixtures, folder)
    let first = try writer.write(fixtures.chunk(0, images: 9), tick: { _ in })
    #expect(first.files.map(\.path) == ["cat/0.jpg", "cat/cut.jpg", "dog/5.jpg"])
    #expect(first.missing.map(\.entry) == ["cat/text.jpg", "cat/wrong.jpg", "cat/loop.gif", nil])
    #expect(first.missing[0].reason == "it is no JPEG, PNG or WebP image but plain text")
    #expect(first.missing[1].reason.contains("CRC-32"))
    #expect(first.missing[2].reason.contains("a GIF image"))
    #expect(first.missing[3].reason.contains("declares 9 images"))
    let second = try writer.write(fixtures.chunk(1, images: 3), tick: { _ in })
    #expect(second.files.map(\.path) == ["dog/6.jpg", "dog/7.jpg"])
    #expect(second.missing.map(\.entry) == [nil])
    #expect(second.missing[0].reason.contains("the archive is broken"))
    let dogs = try TestFolder()
    writer = try self.writer(fixtures, dogs, ExportSelection(labels: ["dog"]))
    #expect(try writer.write(fixtures.chunk(0), tick: { _ in }).missing.isEmpty)
    let none = try export(try ExportFixtures("empty"), folder)
    #expect(none.flatMap(\.missing).map(\.entry) == [nil])
    #expect(none[0].missing[0].reason.contains("holds no images"))
  }

  @Test func hostileNamesStayInsideAndStopNothing() throws {
    let parent = try TestFolder()
    let folder = try TestFolder()
    let before = try parent.tree()
    let fixtures = try ExportFixtures("hostile")
    let record = try #require(try export(fixtures, folder).first)
    #expect(record.missing.count == 8)
    for name in ["../out.jpg", "/tmp/absolute.jpg", "cat/../../up.jpg", "..\\windows.jpg", "cat/nul\0.jpg"] {
      #expect(record.missing.contains { $0.entry == name && $0.reason.contains("is refused") })
    }
    #expect(record.images == 33 - 8)
    #expect(try folder.tree().count == record.images + 2)
    #expect(try parent.tree() == before)
    let contents = try contents(fixtures)
    for file in record.files {
      #expect(try folder.read(file.path) == contents[Array("chunk_0000/\(file.entry ?? file.path)".utf8)])
      for name in file.path.utf8.split(separator: UInt8(ascii: "/")).map({ String(Substring($0)) }) {
        #expect(name.utf8.count <= 255)
        // A number may have been added to what was safe already.
        #expect(SafeName(name).text == name)
      }
    }
    let paths = record.files.map(\.path)
    for path in [
      "cat/good.jpg", "cat/😀📷.jpg", "CON_/con_.jpg", "cat/COM1_.tar.jpg", "NUL_/a.jpg", "cat/a_b_c_d_e_f_g_h.jpg",
      "cat/dots.._", "cat/line_break_[31m.jpg", "cat/a_b.jpg", "cat/twice/slash.jpg", "cat/dotted.jpg",
      "classes-2.json/1.jpg", "metadata-2.jsonl/2.jpg", "unlabeled-2/3.jpg", "unlabeled/4.jpg", "d/deep.jpg",
      "unlabeled/C__drive.jpg", "unlabeled/_", "unlabeled/_-2", "cat/e\u{301}.jpg", "cat/\u{E9}-2.jpg",
    ] {
      #expect(paths.contains { $0.utf8.elementsEqual(path.utf8) }, "\(path) in \(paths)")
    }
    #expect(try Set(lines(folder).map { $0["file_name"]! }).count == paths.count)
  }

  @Test func aLinkOfAnArchiveIsNoLinkHere() throws {
    let folder = try TestFolder()
    let record = try #require(try export(try ExportFixtures("links"), folder).first)
    #expect(record.files.map(\.path) == ["cat/folder/1.jpg"])
    #expect(record.missing.map(\.entry) == ["cat/link.jpg"])
  }

  @Test func aLinkInTheWayIsNotFollowed() throws {
    let fixtures = try ExportFixtures("plain")
    let (folder, outside) = (try TestFolder(), try TestFolder())
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/dog", withDestinationPath: outside.path)
    #expect(throws: ExportError.file(path: folder.path + "/dog", code: ENOTDIR)) { try export(fixtures, folder) }
    #expect(try outside.tree().isEmpty)
    try FileManager.default.removeItem(atPath: folder.path + "/dog")
    try outside.write("victim", [1, 2, 3])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/cat/1.jpg.new", withDestinationPath: outside.path + "/victim")
    try FileManager.default.removeItem(atPath: folder.path + "/cat/1.jpg")
    try FileManager.default.moveItem(atPath: folder.path + "/cat/1.jpg.new", toPath: folder.path + "/cat/1.jpg")
    let records = try export(fixtures, folder)
    #expect(try folder.read("cat/1.jpg").count == records[0].files[0].size)
    #expect(try outside.read("victim") == [1, 2, 3])
  }

  /// Killed in the middle of a chunk, or between two, then begun again from what the journal has.
  @Test(arguments: ["plain", "collisions", "hostile"]) func aKilledRunComesToTheSame(name: String) throws {
    let fixtures = try ExportFixtures(name)
    let clean = try TestFolder()
    let expected = try export(fixtures, clean)
    let images = expected.flatMap(\.files).count
    #expect(try clean.tree().count == images + 2)
    for stop in 0...images {
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

  @Test func aDamagedChunkIsWrittenOverItself() throws {
    let fixtures = try ExportFixtures("collisions")
    let folder = try TestFolder()
    let records = try export(fixtures, folder)
    let clean = try folder.tree()
    let damaged = records[1].files
    try folder.write(damaged[0].path, [0])
    try FileManager.default.removeItem(atPath: folder.path + "/" + damaged[1].path)
    var writer = try writer(fixtures, folder, done: records)
    #expect(try writer.rewrite(fixtures.chunk(1), as: records[1], tick: { _ in }) == records[1])
    #expect(try folder.tree() == clean)
    #expect(throws: ExportError.outdated(folder: folder.path)) {
      try writer.rewrite(fixtures.chunk(2), as: records[1], tick: { _ in })
    }
  }

  @Test func aFolderThatCannotBeWrittenIsAnError() throws {
    let folder = try TestFolder()
    let fixtures = try ExportFixtures("plain")
    try folder.write("cat", [])
    #expect(throws: ExportError.file(path: folder.path + "/cat", code: ENOTDIR)) { try export(fixtures, folder) }
    #expect(throws: ExportError.file(path: folder.path + "/none", code: ENOENT)) {
      try ImageFolderWriter(fixtures.dataset, folder: folder.path + "/none", selection: ExportSelection(), done: [])
    }
  }

  /// Bytes changed anywhere, names and directory included.
  @Test(arguments: ["hostile", "collisions"]) func whateverAnArchiveHoldsStaysInside(name: String) throws {
    let fixtures = try ExportFixtures(name)
    let parent = try TestFolder()
    let (folder, chunk) = (parent.path + "/a/b/tree", parent.path + "/chunk.zip")
    let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: fixtures.path(0))))
    var dice = SystemRandomNumberGenerator()
    for _ in 0..<30 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...40, using: &dice) {
        let hostile = Array("/\\.\0:\u{1B}".utf8) + [0xFF]
        bytes[Int.random(in: 0..<bytes.count, using: &dice)] = hostile.randomElement(using: &dice)!
      }
      try parent.write("chunk.zip", bytes)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      var writer = try ImageFolderWriter(
        fixtures.dataset, folder: folder, selection: ExportSelection(), done: [])
      let local = LocalChunk(place: 0, reference: fixtures.dataset.chunks[0], file: chunk, dataset: fixtures.dataset)
      let record = try writer.write(local, tick: { _ in })
      let found = try parent.tree().keys.map { Array($0.utf8) }
      let known = record.files.map { Array("a/b/tree/\($0.path)".utf8) } + [Array("chunk.zip".utf8)]
      #expect(Set(found) == Set(known) && found.count == known.count)
      try FileManager.default.removeItem(atPath: parent.path + "/a")
    }
  }
}
