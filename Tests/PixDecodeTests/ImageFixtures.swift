import Foundation

@testable import PixDecode

/// Small photographs in every format and mode, beside what Pillow makes of each. `Tests/Fixtures/make_images.py` makes
/// them once per run from cut-outs of Debian's mate-backgrounds.
struct ImageFixtures {
  struct Image: Decodable, CustomStringConvertible {
    let name: String
    let height: Int
    let width: Int
    let sha256: String

    var description: String { name }
  }

  let folder: URL
  let images: [Image]

  private static let made = Result { try make() }

  static func shared() throws -> ImageFixtures { try made.get() }

  func bytes(_ name: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The array beside the file: the end of an .npy file is its rows, tightly packed.
  func expected(_ image: Image) throws -> [UInt8] {
    try bytes(image.name + ".npy").suffix(image.height * image.width * 3)
  }

  private static func make() throws -> ImageFixtures {
    let home = try FixtureScript.temporaryFolder("pixcrawler-images")
    let folder = home.appendingPathComponent("images")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let small = try photographs(width: 101, height: 67, in: home.appendingPathComponent("small")).suffix(2)
    let large = try photographs(width: 320, height: 240, in: home.appendingPathComponent("large")).suffix(1)
    try FixtureScript.run("Tests/Fixtures/make_images.py", [folder.path] + small + large)
    let manifest = try Data(contentsOf: folder.appendingPathComponent("manifest.json"))
    return ImageFixtures(folder: folder, images: try JSONDecoder().decode([Image].self, from: manifest))
  }

  /// Twelve, one of each photograph.
  static func photographs(width: Int, height: Int, in folder: URL) throws -> [String] {
    try FixtureScript.run(
      "scripts/corpus.py", [folder.path, "--images", "12", "--width", "\(width)", "--height", "\(height)"])
    return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".jpg") }.sorted().map { folder.appendingPathComponent($0).path }
  }
}
