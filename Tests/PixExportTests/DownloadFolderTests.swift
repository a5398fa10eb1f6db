import Foundation
import Testing

@testable import PixExport

@Suite struct DownloadFolderTests {
  private let parent: TestFolder
  private let folder: DownloadFolder

  init() throws {
    parent = try TestFolder()
    folder = DownloadFolder("pets", in: parent.path)
  }

  /// What a process of that name has left: a journal and a part of so many bytes.
  private func leave(_ owner: String, journal: Int, part: Int, age: TimeInterval = 0) throws {
    let work = folder.unfinished + "/" + owner
    let manager = FileManager.default
    for name in ["tree", "chunks", "parts/0"] {
      try manager.createDirectory(atPath: "\(work)/\(name)", withIntermediateDirectories: true)
    }
    try parent.write("pets.partial/\(owner)/journal.jsonl", repeatElement(1, count: journal))
    try parent.write("pets.partial/\(owner)/parts/0/bytes", repeatElement(2, count: part))
    for path in [work, "\(work)/journal.jsonl", "\(work)/parts", "\(work)/parts/0/bytes"] {
      try manager.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path)
    }
  }

  private var dead: String { "\(DownloadOwner.current.host)_\(getpid())_1" }
  private var unfinished: [String] { Disk.names(in: folder.unfinished) }

  @Test(arguments: [
    ("/out", "/out/pets"), ("/out//", "/out/pets"), ("/", "/pets"), ("out", "out/pets"), (".", "./pets"),
  ])
  func whereItLies(_ parent: String, _ final: String) {
    #expect(DownloadFolder("pets", in: parent).final == final)
    #expect(DownloadFolder(final: final + "/") == DownloadFolder("pets", in: parent))
  }

  @Test func theTreeGetsTheNameAndNothingElseStays() throws {
    try folder.prepare()
    try folder.begin(isAlone: true)
    try parent.write("pets.partial/\(folder.owner)/tree/a", [1])
    try folder.finish()
    #expect(try parent.tree() == ["pets/a": [1]])
    #expect(!Disk.exists(folder.unfinished))
  }

  @Test func whatADeadOneLeftIsTakenOver() throws {
    try leave(dead, journal: 5, part: 9)
    try folder.prepare()
    #expect(folder.furthest.owner.description == dead)
    try folder.begin(isAlone: false)
    #expect(unfinished == [folder.owner.description])
    #expect(Disk.size(of: folder.journal) == 5)
    #expect(folder.furthest == folder)
  }

  @Test func theOneThatGotFurthestIsTakenAndTheOthersGo() throws {
    try leave("elsewhere_1_1", journal: 5, part: 9, age: 3600)
    try leave("elsewhere_2_1", journal: 6, part: 1, age: 3600)
    try leave(dead, journal: 5, part: 10)
    try folder.begin(isAlone: false)
    #expect(unfinished == [folder.owner.description])
    #expect(Disk.size(of: folder.journal) == 6)
  }

  @Test func whoMayBeAtWorkIsLeftAlone() throws {
    try leave("elsewhere_1_1", journal: 5, part: 9)
    // The process with the number 1 lives as long as the machine does, and started when it says.
    let stat = try String(contentsOfFile: "/proc/1/stat", encoding: .utf8)
    let started = stat.split(separator: ")").last!.split(separator: " ")[19]
    let alive = "\(DownloadOwner.current.host)_1_\(started)"
    try leave(alive, journal: 5, part: 9)
    try folder.begin(isAlone: false)
    #expect(Set(unfinished) == ["elsewhere_1_1", alive, folder.owner.description])
    #expect(Disk.size(of: folder.journal) == nil)
  }

  @Test func whoIsAloneTakesEverything() throws {
    try leave("elsewhere_1_1", journal: 5, part: 9)
    try folder.begin(isAlone: true)
    #expect(unfinished == [folder.owner.description])
    #expect(Disk.size(of: folder.journal) == 5)
  }

  @Test func ofManyWhoWantTheSameOneGetsIt() throws {
    try leave(dead, journal: 5, part: 9)
    let folders = (0..<8).compactMap { DownloadOwner("elsewhere_\($0)_1") }
      .map { folder.unfinished + "/" + $0.description }
    let source = folder.unfinished + "/" + dead
    let taken = folders.count { rename(source, $0) == 0 }
    #expect(taken == 1)
  }

  @Test func theFirstToFinishWinsAndTheOtherFinds() throws {
    try folder.prepare()
    try folder.begin(isAlone: false)
    try parent.write("pets.partial/\(folder.owner)/tree/a", [1])
    try FileManager.default.createDirectory(atPath: folder.final, withIntermediateDirectories: false)
    try parent.write("pets/b", [2])
    #expect(throws: ExportError.file(path: folder.final, code: ENOTEMPTY)) { try folder.finish() }
    #expect(try parent.tree()["pets/b"] == [2])
  }

  @Test func somebodyElsesFolderIsNotTouched() throws {
    try FileManager.default.createDirectory(atPath: folder.unfinished, withIntermediateDirectories: false)
    try parent.write("pets.partial/thesis", [1])
    #expect(throws: ExportError.occupied(folder.unfinished)) { try folder.prepare() }
    folder.clear()
    #expect(try parent.tree() == ["pets.partial/thesis": [1]])
  }
}
