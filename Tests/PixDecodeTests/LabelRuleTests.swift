import Testing

@testable import PixDecode

@Suite struct LabelRuleTests {
  private func metadata(_ json: String) throws -> ChunkMetadata {
    try Array(json.utf8).withUnsafeBytes { try ChunkMetadata($0) }
  }

  @Test func theFirstHitWins() throws {
    let own = try metadata(
      #"{"images": [{"filename": "cat/0.jpg", "label": "tiger"}, {"filename": "1.jpg", "label": 7}]}"#)
    let rule = LabelRule(metadata: own, chunkLabel: "animal")
    #expect(rule.label(of: "cat/0.jpg") == .text("tiger"))
    #expect(rule.label(of: "1.jpg") == .integer(7))
    #expect(rule.label(of: "cat/2.jpg") == .text("cat"))
    #expect(rule.label(of: "3.jpg") == .text("animal"))
    #expect(LabelRule(metadata: own).label(of: "3.jpg") == nil)
    #expect(LabelRule().label(of: "3.jpg") == nil)
  }

  @Test func aNullLabelInTheMetadataIsNone() throws {
    let own = try metadata(#"{"images": [{"filename": "cat/0.jpg", "label": null}]}"#)
    #expect(LabelRule(metadata: own, chunkLabel: "animal").label(of: "cat/0.jpg") == .text("cat"))
  }

  @Test(arguments: [
    ("cat/0.jpg", "cat"), ("cat/deep/0.jpg", "cat"), ("./cat/0.jpg", "cat"), ("././cat/./0.jpg", "cat"),
    ("cat//0.jpg", "cat"), ("//cat/0.jpg", "cat"), (" /0.jpg", " "), ("кот/0.jpg", "кот"), ("📷/0.jpg", "📷"),
    ("cat/\u{301}0.jpg", "cat"), ("...cat/0.jpg", "...cat"),
  ])
  func theTopFolderIsTheLabel(_ name: String, _ label: String) {
    #expect(LabelRule(chunkLabel: "animal").label(of: name) == .text(label))
  }

  @Test(arguments: ["0.jpg", "./0.jpg", "/0.jpg", "", "cat\\0.jpg"])
  func aFileInNoFolderHasTheChunksLabel(_ name: String) {
    #expect(LabelRule(chunkLabel: "animal").label(of: name) == .text("animal"))
  }

  @Test func namesWithADotBeforeThemAreTheSame() throws {
    let own = try metadata(
      #"{"images": [{"filename": "./cat/0.jpg", "label": "a"}, {"filename": "cat/1.jpg", "label": "b"}]}"#)
    let rule = LabelRule(metadata: own)
    #expect(rule.label(of: "cat/0.jpg") == .text("a"))
    #expect(rule.label(of: "./cat/1.jpg") == .text("b"))
  }
}
