import Foundation
import PixDecode

@testable import PixStream

/// The datasets of `Tests/Fixtures/make_datasets.py`, made once per run, and what reading each must come to.
struct DatasetFixtures {
  struct Case {
    let name: String
    let images: [Reading.Image]
    let error: Fault?
  }

  struct Fault {
    let type: String
    let message: [String]
    /// Further facts by their name.
    let facts: [String: String]
  }

  struct Failure: Error {
    let status: Int32
  }

  let folder: String
  let cases: [Case]

  private static let made = Result { try make() }

  static func shared() throws -> DatasetFixtures { try made.get() }

  func path(_ name: String) -> String { folder + "/" + name }

  private static func make() throws -> DatasetFixtures {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("pixcrawler-datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    folderToRemove = folder
    atexit { DatasetFixtures.folderToRemove.map { try? FileManager.default.removeItem(at: $0) } }
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/make_datasets.py")
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    python.arguments = ["-W", "ignore", script.path, folder.path]
    try python.run()
    python.waitUntilExit()
    guard python.terminationStatus == 0 else { throw Failure(status: python.terminationStatus) }
    let data = try Data(contentsOf: folder.appendingPathComponent("cases.json"))
    let cases = try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]] ?? [:]
    return DatasetFixtures(
      folder: folder.path,
      cases: cases.map { name, value in
        Case(
          name: name, images: (value["images"] as? [[Any]] ?? []).map(image),
          error: (value["error"] as? [String: Any]).map(fault))
      }.sorted { $0.name < $1.name })
  }

  nonisolated(unsafe) private static var folderToRemove: URL?

  private static func image(_ pair: [Any]) -> Reading.Image {
    let shape = pair[1] as? [Int] ?? []
    return Reading.Image(label: label(pair[0]), shape: ImageShape(height: shape[0], width: shape[1]))
  }

  private static func label(_ value: Any) -> Label? {
    switch value {
    case let text as String: return .text(text)
    case let number as Int: return .integer(number)
    case is NSNull: return nil
    default:
      let data = try? JSONSerialization.data(withJSONObject: value, options: [.sortedKeys])
      return .json(String(decoding: data ?? Data(), as: UTF8.self))
    }
  }

  private static func fault(_ error: [String: Any]) -> Fault {
    let facts = error.filter { !["type", "message"].contains($0.key) }.mapValues { "\($0)" }
    return Fault(
      type: error["type"] as? String ?? "", message: error["message"] as? [String] ?? [], facts: facts)
  }
}
