import Testing

@testable import PixPublish

@Suite struct ConstantTimeTests {
  @Test func equalTextsAreEqual() {
    #expect(ConstantTime.equal("", ""))
    #expect(ConstantTime.equal("Bearer key", "Bearer key"))
  }

  @Test(arguments: ["", "k", "ke", "kez", "Key", "key ", "keykey", "\u{0}key"])
  func anyDifferenceIsOne(other: String) {
    #expect(!ConstantTime.equal("key", other))
    #expect(!ConstantTime.equal(other, "key"))
  }

  /// Unlike Swift's own comparison.
  @Test func bytesAreComparedNotCharacters() {
    #expect("caf\u{E9}" == "cafe\u{301}")
    #expect(!ConstantTime.equal("caf\u{E9}", "cafe\u{301}"))
  }
}
