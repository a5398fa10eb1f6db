import Testing

@testable import PixExport

@Suite struct JSONLineTests {
  @Test func oneLineWithItsKeysInOrder() {
    let line = JSONLine.bytes(of: ["b/c": "two\nlines", "a": "é"])
    #expect(String(decoding: line, as: UTF8.self) == "{\"a\":\"é\",\"b/c\":\"two\\nlines\"}\n")
    #expect(JSONLine.bytes(of: [String]()) == Array("[]\n".utf8))
  }
}
