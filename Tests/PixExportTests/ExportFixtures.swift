import Foundation
import PixStream

@testable import PixExport

/// The datasets of `Tests/Fixtures/make_exports.py`, made once per run.
struct ExportFixtures {
  struct Failure: Error {
    let status: Int32
  }

  let dataset: Dataset
  private let folder: String

  private static let made = Result { try make() }

  init(_ name: String, _ change: (inout DatasetConfiguration) -> Void = { _ in }) throws {
    folder = try ExportFixtures.made.get() + "/" + name
    var configuration = DatasetConfiguration(source: folder)
    change(&configuration)
    dataset = try Dataset.open(configuration, keepWaiting: { true })
  }

  /// - Parameter images: what the description is to promise of it.
  func chunk(_ place: Int, images: Int? = nil) -> LocalChunk {
    var reference = dataset.chunks[place]
    reference.numImages = images
    return LocalChunk(place: place, reference: reference, file: path(place), dataset: dataset)
  }

  var chunks: [LocalChunk] { dataset.chunks.indices.map { chunk($0) } }

  func path(_ place: Int) -> String { "\(folder)/\(dataset.chunks[place].url)" }

  private static func make() throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pixcrawler-exports-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    folderToRemove = folder
    atexit { ExportFixtures.folderToRemove.map { try? FileManager.default.removeItem(at: $0) } }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/make_exports.py")
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    python.arguments = ["-B", "-W", "ignore", script.path, folder.path]
    try python.run()
    python.waitUntilExit()
    guard python.terminationStatus == 0 else { throw Failure(status: python.terminationStatus) }
    return folder.path
  }

  nonisolated(unsafe) private static var folderToRemove: URL?
}
