import Foundation

@testable import PixDecode

/// Archives as Python's zipfile writes them; `Tests/Fixtures/make_zips.py` makes them once per run.
struct ZipFixtures {
  struct File: Equatable, Sendable {
    let name: String
    let content: [UInt8]
  }

  private let folder: URL
  private let manifest: [String: [[String]]]

  private static let made = Result {
    let folder = try FixtureScript.temporaryFolder("pixcrawler-zips")
    try FixtureScript.run("Tests/Fixtures/make_zips.py", [folder.path])
    let manifest = try Data(contentsOf: folder.appendingPathComponent("manifest.json"))
    return ZipFixtures(
      folder: folder, manifest: try JSONDecoder().decode([String: [[String]]].self, from: manifest))
  }

  static func archive(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: made.get().folder.appendingPathComponent(name + ".zip")))
  }

  static func files(of name: String) throws -> [File] {
    try made.get().manifest[name, default: []].map { entry in
      File(name: entry[0], content: [UInt8](Data(base64Encoded: entry[1])!))
    }
  }
}
