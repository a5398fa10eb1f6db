import Testing

@testable import PixExport

@Suite struct ClassListTests {
  @Test func theDescriptionsOrderComesFirst() {
    let classes = ClassList(described: ["dog", "cat"], found: ["cat", nil, "z", "é", "a", "z"])
    #expect(classes.names == ["dog", "cat", "a", "z", "é"])
    #expect(classes.index(of: "cat") == 1)
    #expect(classes.index(of: "é") == 4)
    #expect(classes.index(of: nil) == -1)
  }

  @Test func twoWaysToWriteALetterAreTwoClasses() {
    let classes = ClassList(described: nil, found: ["\u{E9}", "e\u{301}"])
    #expect(classes.index(of: "e\u{301}") == 0)
    #expect(classes.index(of: "\u{E9}") == 1)
  }

  @Test func nothingIsNoClass() { #expect(ClassList(described: nil, found: []).names.isEmpty) }
}
