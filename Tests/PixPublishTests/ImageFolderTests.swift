import Foundation
import Testing

@testable import PixPublish

@Suite struct ImageFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read() throws(PublishError) -> ImageFolder { try ImageFolder(folder.path) }

  @Test func contentTellsWhatAnImageIs() throws {
    try folder.add("cat/1.txt", Images.jpeg("a"))
    try folder.add("cat/2", Images.png("b"))
    try folder.add("cat/3.jpg", Images.webp("c"))
    try folder.add("cat/4.jpg", "<html>not found</html>")
    try folder.add("cat/5.png", "")
    try folder.add("cat/6.gif", "GIF89a")
    try folder.add("README", "about cats")
    let read = try read()
    #expect(read.images.map(\.path) == ["cat/1.txt", "cat/2", "cat/3.jpg"])
    #expect(read.images.map(\.size) == [5, 9, 13])
    #expect(read.leftOut == ["README", "cat/4.jpg", "cat/5.png", "cat/6.gif"])
  }

  @Test func theTopFolderIsTheLabel() throws {
    try folder.add("dog/1.jpg", Images.jpeg("a"))
    try folder.add("cat/big/black/2.jpg", Images.jpeg("b"))
    try folder.add("3.jpg", Images.jpeg("c"))
    let read = try read()
    #expect(read.images.map(\.path) == ["3.jpg", "cat/big/black/2.jpg", "dog/1.jpg"])
    #expect(read.images.map(\.label) == [nil, "cat", "dog"])
    #expect(read.labels == ["cat", "dog"])
    #expect(read.labelCounts == ["cat": 1, "dog": 1])
  }

  @Test func labelsThatDifferInTheirBytesAloneAreNotCounted() throws {
    try folder.add("caf\u{E9}/1.jpg", Images.jpeg("a"))
    try folder.add("cafe\u{301}/2.jpg", Images.jpeg("b"))
    #expect(try read().labels.count == 2)
    #expect(try read().labelCounts == nil)
  }

  @Test func imagesWithoutAnyFolderHaveNoLabels() throws {
    try folder.add("1.jpg", Images.jpeg("a"))
    #expect(try read().labels == [])
    #expect(try read().images.map(\.label) == [nil])
  }

  @Test func hiddenFilesAndResourceForksArePassedOver() throws {
    try folder.add("cat/1.jpg", Images.jpeg("a"))
    for hidden in [".DS_Store", "cat/.thumb.jpg", ".git/1.jpg", "__MACOSX/cat/1.jpg", "cat/__MACOSX/2.jpg"] {
      try folder.add(hidden, Images.jpeg("hidden"))
    }
    let read = try read()
    #expect(read.images.map(\.path) == ["cat/1.jpg"])
    #expect(read.leftOut == [])
  }

  @Test func aLinkedFileIsAnImageAndALinkedFolderIsNone() throws {
    try folder.add("photos/cat/1.jpg", Images.jpeg("a"))
    try folder.add("elsewhere/2.jpg", Images.jpeg("bb"))
    try folder.link("photos/cat/linked.jpg", to: "../../elsewhere/2.jpg")
    try folder.link("photos/dog", to: "../elsewhere")
    try folder.link("photos/again", to: ".")
    let read = try ImageFolder(folder.file("photos"))
    #expect(read.images.map(\.path) == ["cat/1.jpg", "cat/linked.jpg"])
    #expect(read.images.map(\.size) == [5, 6])
  }

  @Test func linksThatLeadNowhereAreNamed() throws {
    try folder.add("cat/1.jpg", Images.jpeg("a"))
    try folder.link("cat/gone.jpg", to: "nothing.jpg")
    try folder.link("cat/loop.jpg", to: "loop.jpg")
    #expect(try read().leftOut == ["cat/gone.jpg", "cat/loop.jpg"])
  }

  @Test func aPipeIsNotWaitedFor() throws {
    try folder.add("cat/1.jpg", Images.jpeg("a"))
    #expect(mkfifo(folder.file("cat/pipe.jpg"), 0o600) == 0)
    #expect(try read().images.map(\.path) == ["cat/1.jpg"])
  }

  @Test func theFolderItselfMayBeALink() throws {
    try folder.add("photos/cat/1.jpg", Images.jpeg("a"))
    try folder.link("link", to: "photos")
    #expect(try ImageFolder(folder.file("link")).images.map(\.path) == ["cat/1.jpg"])
  }

  @Test func anyNameIsKept() throws {
    let long = String(repeating: "y", count: 250)
    let names = ["\(long)/\(long).jpg", "котики/ねこ 🐈.jpg", "a b/c d.jpg", "a\\b/c.jpg", "100%/x.jpg", "q'\"/$.jpg"]
    for name in names { try folder.add(name, Images.jpeg(name)) }
    #expect(Set(try read().images.map(\.path)) == Set(names))
  }

  /// Swift's own order and equality see characters: both spellings of "é" would be one label, in either order.
  @Test func twoSpellingsOfALetterStayTwoLabelsInTheOrderOfTheirBytes() throws {
    try folder.add("caf\u{E9}/1.jpg", Images.jpeg("a"))
    try folder.add("cafe\u{301}/1.jpg", Images.jpeg("b"))
    try folder.add("cafz/1.jpg", Images.jpeg("c"))
    let spellings = ["cafe\u{301}", "cafz", "caf\u{E9}"].map { Array($0.utf8) }
    #expect(try read().labels.map { Array($0.utf8) } == spellings)
    #expect(try read().images.map { Array(($0.label ?? "").utf8) } == spellings)
  }

  @Test func whereThereIsNothingThereIsAnError() throws {
    #expect(throws: PublishError.notAFolder(folder.file("gone"))) { try ImageFolder(folder.file("gone")) }
    #expect(throws: PublishError.noImages(folder.path)) { try read() }
    try folder.add("cat/notes.txt", "no image")
    #expect(throws: PublishError.noImages(folder.path)) { try read() }
    let file = folder.file("cat/notes.txt")
    #expect(throws: PublishError.notAFolder(file)) { try ImageFolder(file) }
  }

  @Test(.enabled(if: geteuid() != 0, "root reads everything"))
  func whatCannotBeReadIsAnError() throws {
    try folder.add("cat/1.jpg", Images.jpeg("a"))
    #expect(chmod(folder.file("cat/1.jpg"), 0) == 0)
    #expect(throws: PublishError.file(path: folder.file("cat/1.jpg"), reason: "Permission denied")) { try read() }
  }
}
