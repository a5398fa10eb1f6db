import Testing

@testable import PixExport

@Suite struct ExportSelectionTests {
  @Test func nothingSaidAdmitsEverything() {
    #expect(ExportSelection().isEverything)
    #expect(ExportSelection().admits(nil))
    #expect(ExportSelection().admits("cat"))
  }

  @Test func labelsAdmitTheirOwn() {
    let cats = ExportSelection(labels: ["cat", "lynx"])
    #expect(cats.admits("lynx"))
    #expect(!cats.admits("dog"))
    #expect(!cats.admits(nil))
    #expect(!cats.isEverything)
  }
}
