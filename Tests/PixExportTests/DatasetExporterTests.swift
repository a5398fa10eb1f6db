import Foundation
import PixStream
import Testing

@testable import PixExport

@Suite struct DatasetExporterTests {
  /// The dataset `plain` and a folder for it.
  private func exporter(
    _ format: ExportFormat, _ selection: ExportSelection = ExportSelection(), in folder: TestFolder
  ) throws -> DatasetExporter {
    try DatasetExporter(ExportFixtures("plain").dataset, format: format, selection: selection, in: folder.path)
  }

  private func export(_ exporter: DatasetExporter) throws -> ExportReport {
    try exporter.run(goesOn: { true }, progress: { _ in })
  }

  @Test(arguments: [ExportFormat.images, .zip]) func everythingThenNothingIsLeftToDo(format: ExportFormat) throws {
    let folder = try TestFolder()
    let exporter = try exporter(format, in: folder)
    let plan = try #require(try exporter.plan())
    #expect(plan.chunksHere == 0 && plan.path == exporter.path)
    let report = try export(exporter)
    #expect(report.images > 0 && report.missing.isEmpty && !report.wasComplete)
    #expect(plan.chunks == report.chunks)
    let tree = try folder.tree()
    #expect(tree.keys.allSatisfy { $0.hasPrefix(String(exporter.path.dropFirst(folder.path.count + 1))) })
    #expect(try exporter.plan() == nil)
    let again = try export(exporter)
    #expect(again.wasComplete && again.bytesFetched == 0 && again.images == report.images)
    #expect(try folder.tree() == tree)
  }

  @Test func stoppedAtEveryTurnItComesToTheSame() throws {
    let clean = try TestFolder()
    _ = try export(try exporter(.images, in: clean))
    let folder = try TestFolder()
    for turns in 0... {
      var left = turns
      let exporter = try exporter(.images, in: folder)
      do throws(ExportError) {
        _ = try exporter.run(
          goesOn: {
            left -= 1
            return left >= 0
          }, progress: { _ in })
        break
      } catch { #expect(error == .cancelled) }
      #expect(turns < 1000)
    }
    let tree = try folder.tree()
    #expect(tree.keys.allSatisfy { !$0.contains(".partial") })
    #expect(try tree.filter { !$0.key.hasSuffix(".jsonl") } == clean.tree().filter { !$0.key.hasSuffix(".jsonl") })
  }

  @Test func aLimitTakesTheFirstImagesAndNoMore() throws {
    let folder = try TestFolder()
    let report = try export(try exporter(.images, ExportSelection(limit: 1), in: folder))
    #expect(report.images == 1 && report.chunks == 1)
    // The same folder cannot be another selection, too.
    #expect(throws: ExportError.otherwise(folder: report.path, was: "--format images --limit 1")) {
      _ = try export(try exporter(.images, in: folder))
    }
  }

  @Test func aFolderOfOthersIsLeftAlone() throws {
    let folder = try TestFolder()
    let exporter = try exporter(.zip, in: folder)
    try FileManager.default.createDirectory(atPath: exporter.path, withIntermediateDirectories: true)
    #expect(try export(exporter).images > 0)
    try FileManager.default.removeItem(atPath: exporter.path + "/.pixcrawler.jsonl")
    #expect(throws: ExportError.occupied(exporter.path)) { _ = try export(exporter) }
  }

  /// Its description does not count images; those that came are there nevertheless.
  @Test func aChunkThatIsGoneCostsItselfAlone() throws {
    let fixtures = try ExportFixtures("plain")
    let copy = try TestFolder()
    try FileManager.default.removeItem(atPath: copy.path)
    let source = URL(fileURLWithPath: fixtures.path(0)).deletingLastPathComponent().path
    try FileManager.default.copyItem(atPath: source, toPath: copy.path)
    let dataset = try Dataset.open(DatasetConfiguration(source: copy.path), keepWaiting: { true })
    let gone = try #require(dataset.chunks.first)
    try FileManager.default.removeItem(atPath: gone.url)
    for format in [ExportFormat.zip, .images] {
      let folder = try TestFolder()
      let report = try export(try DatasetExporter(dataset, format: format, in: folder.path))
      #expect(report.images > 0 && report.missing.map(\.chunk) == [gone.chunkID], "\(format)")
    }
  }

  @Test func whatCannotBeWantedIsRefused() throws {
    let folder = try TestFolder()
    #expect(throws: ExportError.subsetOfArchives) { _ = try exporter(.zip, ExportSelection(limit: 1), in: folder) }
  }
}
