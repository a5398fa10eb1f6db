import Foundation
import Testing

@testable import PixExport

@Suite struct FolderCheckTests {
  private func finished(_ format: ExportFormat, in folder: TestFolder) throws -> (ExportReport, ExportFixtures) {
    let fixtures = try ExportFixtures("plain")
    let exporter = try DatasetExporter(fixtures.dataset, format: format, in: folder.path)
    return (try exporter.run(goesOn: { true }, progress: { _ in }), fixtures)
  }

  @Test(arguments: [ExportFormat.images, .zip]) func aDamagedFileIsNamedAndMended(format: ExportFormat) throws {
    let folder = try TestFolder()
    let (report, fixtures) = try finished(format, in: folder)
    let tree = try folder.tree()
    let name = try #require(tree.keys.sorted().first { $0.hasSuffix(".zip") || $0.hasSuffix(".jpg") })
    var bytes = try #require(tree[name])
    bytes[bytes.count / 2] ^= 1
    try folder.write(name, bytes)
    var check = try FolderCheck(report.path)
    let damages = try check.report(goesOn: { true }, progress: { _ in }).damages
    #expect(damages.map { report.path + "/" + $0.path } == ["\(folder.path)/\(name)"].map { Disk.resolved($0) ?? $0 })
    try check.repair(damages, from: fixtures.dataset, goesOn: { true }, progress: { _ in })
    #expect(try folder.tree() == tree)
    #expect(try FolderCheck(report.path).report(goesOn: { true }, progress: { _ in }).damages.isEmpty)
  }

  @Test func whatCouldNotBeHadIsAskedForAgain() throws {
    let folder = try TestFolder()
    let (report, fixtures) = try finished(.images, in: folder)
    let tree = try folder.tree()
    // As if the first chunk had not been there.
    var journal = try Journal(finished: report.path + "/.pixcrawler.jsonl")
    var record = journal.records[0]
    for file in record.files { try FileManager.default.removeItem(atPath: "\(report.path)/\(file.path)") }
    record.missing = [MissingImage(chunk: record.chunkID, entry: nil, reason: "gone")]
    (record.files, record.images) = ([], 0)
    journal.replace(record)
    try journal.close(with: journal.seal?.files ?? [], to: report.path + "/.pixcrawler.jsonl")
    var check = try FolderCheck(report.path)
    #expect(check.isLacking)
    try check.repair([], from: fixtures.dataset, goesOn: { true }, progress: { _ in })
    #expect(!check.isLacking && check.missing.isEmpty)
    #expect(try folder.tree() == tree)
  }

  @Test func aFolderWithoutARecordIsNotJudged() throws {
    let folder = try TestFolder()
    let path = Disk.resolved(folder.path) ?? folder.path
    #expect(throws: ExportError.unverifiable(folder: path)) { _ = try FolderCheck(folder.path) }
    #expect(throws: ExportError.file(path: "\(folder.path)/none", code: ENOENT)) {
      _ = try FolderCheck("\(folder.path)/none")
    }
  }
}
