import Testing

@testable import PixDecode

@Suite struct EntryRoleTests {
  @Test(arguments: ["metadata.json", "./metadata.json", "././metadata.json"])
  func theMetadataLiesAtTheRoot(_ name: String) {
    #expect(EntryRole(name) == .metadata)
  }

  @Test(arguments: ["cat/metadata.json", "Metadata.json", "metadata.json.txt", "/metadata.json", "../metadata.json"])
  func otherMetadataIsAFileLikeOthers(_ name: String) {
    #expect(EntryRole(name) == .candidate)
  }

  @Test(arguments: [
    "cat/", "/", "a/b/", "./", "metadata.json/", "__MACOSX/cat/._0.jpg", "./__MACOSX/0.jpg", ".DS_Store",
    "cat/.DS_Store", "cat/._0.jpg", ".git/0.jpg", "cat/.hidden/0.jpg", "...jpg", ".\u{301}jpg",
  ])
  func furnitureIsIgnored(_ name: String) { #expect(EntryRole(name) == .ignored) }

  @Test(arguments: [
    "0.jpg", "cat/0.jpg", "./cat/0.jpg", "./0.jpg", "cat/./0.jpg", "README.txt", "cat/__MACOSX/0.jpg", "a..b",
    "../0.jpg", "/0.jpg", "", "кот/📷.jpg", "cat//0.jpg",
  ])
  func everythingElseMayBeAnImage(_ name: String) { #expect(EntryRole(name) == .candidate) }

  @Test(arguments: ["0.jpg", "0.JPEG", "a.b.PnG", "cat/0.webp", ".png", "x.tiff", "0.gif", "0.avif"])
  func imageExtensionsPromiseAnImage(_ name: String) { #expect(EntryRole.promisesImage(name)) }

  @Test(arguments: ["jpg", "", ".", "0.", "0.jpg.txt", "0.jpgx", "0.json", "photo.jpg/readme", "0.jpg "])
  func otherNamesPromiseNothing(_ name: String) { #expect(!EntryRole.promisesImage(name)) }
}
