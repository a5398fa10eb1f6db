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

  struct Failure: Error {
    let command: String
    let status: Int32
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
    try bytes(image.name + ".npy").suffix(image.height * image.width * ImageShape.channels)
  }

  private static func make() throws -> ImageFixtures {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("pixcrawler-images-\(UUID().uuidString)")
    let folder = home.appendingPathComponent("images")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    removeAtExit(home)
    let small = try photographs(width: 101, height: 67, in: home.appendingPathComponent("small")).suffix(2)
    let large = try photographs(width: 320, height: 240, in: home.appendingPathComponent("large")).suffix(1)
    let script = repository.appendingPathComponent("Tests/Fixtures/make_images.py")
    try run(["-W", "ignore", script.path, folder.path] + small + large)
    let manifest = try Data(contentsOf: folder.appendingPathComponent("manifest.json"))
    return ImageFixtures(folder: folder, images: try JSONDecoder().decode([Image].self, from: manifest))
  }

  private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func photographs(width: Int, height: Int, in folder: URL) throws -> [String] {
    let corpus = repository.appendingPathComponent("scripts/corpus.py")
    try run([corpus.path, folder.path, "--images", "12", "--width", "\(width)", "--height", "\(height)"])
    return try FileManager.default.subpathsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".jpg") }.sorted().map { folder.appendingPathComponent($0).path }
  }

  private static func run(_ arguments: [String]) throws {
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    python.arguments = arguments
    try python.run()
    python.waitUntilExit()
    guard python.terminationStatus == 0 else {
      throw Failure(command: arguments.joined(separator: " "), status: python.terminationStatus)
    }
  }

  nonisolated(unsafe) private static var folderToRemove: URL?

  private static func removeAtExit(_ folder: URL) {
    folderToRemove = folder
    atexit { ImageFixtures.folderToRemove.map { try? FileManager.default.removeItem(at: $0) } }
  }
}
