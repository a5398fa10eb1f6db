import Testing

@testable import PixRemote

@Suite struct ErrorBodyTests {
  private func message(_ body: String) -> String? { ErrorBody.message(in: Array(body.utf8)) }

  @Test func theKnownShapes() {
    #expect(message(#"{"error": {"message": "no such job", "code": 7}}"#) == "no such job")
    #expect(message(#"{"error": "no such job"}"#) == "no such job")
    #expect(message(#"{"detail": "no such job"}"#) == "no such job")
    #expect(message(#"{"detail": [{"loc": ["id"], "msg": "too long"}, {"msg": "odd"}]}"#) == "too long; odd")
    #expect(message(#"{"message": "no such job"}"#) == "no such job")
    #expect(message(#"{"error": {"code": 7}, "message": "no such job"}"#) == "no such job")
  }

  @Test(arguments: [
    "", "<html>502 Bad Gateway</html>", "{", "[]", "null", "\"text\"", "7", "{}", #"{"message": 7}"#,
    #"{"detail": []}"#, #"{"message": ""}"#, #"{"message": "\u0000\u0007 "}"#, #"{"message": "half"#,
  ])
  func nothingWorthShowing(body: String) {
    #expect(message(body) == nil)
  }

  @Test func bytesThatAreNoText() {
    #expect(ErrorBody.message(in: [0xFF, 0xFE, 0x00]) == nil)
    let broken = Array(#"{"message": ""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
    #expect(ErrorBody.message(in: broken)?.contains("\u{C3}") != true)
  }

  @Test func aDeepBodyIsNoTrap() {
    let depth = 30_000
    #expect(message(String(repeating: #"{"error":"#, count: depth)) == nil)
    let closed = String(repeating: #"{"error":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    #expect(message(closed) == nil)
  }

  @Test func longTextIsCutAndControlCharactersAreNotPassedOn() {
    #expect(message(#"{"message": "\#(String(repeating: "ä", count: 600))"}"#)?.count == 500)
    #expect(message(#"{"message": "a\u001b[2Jb\r\nc\u009bd"}"#) == "a [2Jb c d")
  }
}
