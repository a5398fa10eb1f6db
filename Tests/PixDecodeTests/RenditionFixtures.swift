import Foundation

@testable import PixDecode

/// What Pillow makes of the images of `ImageFixtures`, and of odd ones, in other sizes and modes; by
/// `Tests/Fixtures/make_renditions.py`, once per run.
struct RenditionFixtures {
  struct Case: Decodable, CustomStringConvertible {
    let file: String
    let mode: String
    let resize: String
    let size: [Int]?
    let height: Int
    let width: Int
    let checksum: UInt32

    var rendition: Rendition {
      Rendition(
        size: size.map { Rendition.Size(height: $0[0], width: $0[1]) }, resize: Resize(rawValue: resize)!,
        mode: ColorMode(rawValue: mode)!)
    }

    var description: String { "\((file as NSString).lastPathComponent) \(mode) \(resize) \(size ?? [])" }
  }

  struct Keyed: Decodable {
    let file: String
    let checksum: UInt32
  }

  let cases: [Case]
  let keyed: [Keyed]

  private static let made = Result { try make() }

  static func shared() throws -> RenditionFixtures { try made.get() }

  private static func make() throws -> RenditionFixtures {
    let folder = try FixtureScript.temporaryFolder("pixcrawler-renditions")
    try FixtureScript.run("Tests/Fixtures/make_renditions.py", [folder.path, ImageFixtures.shared().folder.path])
    func list<Item: Decodable>(_ name: String) throws -> [Item] {
      try JSONDecoder().decode([Item].self, from: Data(contentsOf: folder.appendingPathComponent(name)))
    }
    return RenditionFixtures(cases: try list("renditions.json"), keyed: try list("keyed.json"))
  }
}
