import Testing

@testable import PixEnvironment

@Suite struct JSONTreeTests {
  @Test func keysAreInOrderAndNothingIsNull() {
    let tree = JSONTree.object(["b": .list([.flag(true), .text("a/\"ü\n")]), "a": .text(nil)])
    #expect(tree.text.filter { $0 != " " } == "{\n\"a\":null,\n\"b\":[\ntrue,\n\"a/\\\"ü\\n\"\n]\n}")
  }
}
