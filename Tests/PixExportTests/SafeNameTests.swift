import Testing

@testable import PixExport

@Suite struct SafeNameTests {
  @Test(arguments: [
    ("cat.jpg", "cat.jpg"), ("😀📷.jpg", "😀📷.jpg"), ("e\u{301}.jpg", "e\u{301}.jpg"), (" a.jpg", " a.jpg"),
    ("a/b", "a_b"), ("a\\b", "a_b"), ("a\0b", "a_b"), ("C:", "C_"), ("<>:\"|?*", "_______"),
    ("line\nbreak\u{1B}[31m\u{7F}\u{9B}", "line_break_[31m__"), ("", "_"), (".", "_"), ("..", "__"), ("...", "_._"),
    (".hidden", "_hidden"), ("end.", "end_"), ("end ", "end_"), (" ", "_"), ("a\u{301}/\u{301}b", "a\u{301}_\u{301}b"),
    ("CON", "CON_"), ("con.jpg", "con_.jpg"), ("Nul.tar.gz", "Nul_.tar.gz"), ("COM1", "COM1_"),
    ("lpt³.png", "lpt³_.png"),
    ("AUX .jpg", "AUX _.jpg"), ("CONSOLE", "CONSOLE"), ("COM10", "COM10"), ("aux1", "aux1"),
  ])
  func oneNameForAllFileSystems(name: String, safe: String) {
    #expect(Array(SafeName(name).text.unicodeScalars) == Array(safe.unicodeScalars))
    #expect(SafeName(safe).text == safe)
  }

  @Test func longNamesAreCutAtACharactersEndAndStayTwo() {
    for letter in ["n", "ж", "😀", "👨‍👩‍👧‍👦", "e\u{301}"] {
      let one = SafeName(String(repeating: letter, count: 300) + "1.jpg").text
      let two = SafeName(String(repeating: letter, count: 300) + "2.jpg").text
      #expect(one != two)
      for name in [one, two] {
        #expect((200...255).contains(name.utf8.count))
        #expect(name.hasSuffix(".jpg"))
        #expect(name.dropLast(13).allSatisfy { String($0) == letter })
      }
    }
    #expect(SafeName(String(repeating: "n", count: 255), longest: 240).text.utf8.count == 240)
    let exact = String(repeating: "n", count: 251) + ".jpg"
    #expect(SafeName(exact).text == exact)
    #expect(SafeName(String(repeating: "n", count: 300)).text.utf8.count == 255)
    #expect(SafeName("a" + String(repeating: "\u{301}", count: 300) + ".jpg").text.utf8.count < 20)
    #expect(SafeName("a." + String(repeating: "x", count: 300)).text.utf8.count == 255)
  }

  @Test func aNumberComesBeforeTheExtensionAndFitsIn() {
    #expect(SafeName("a.jpg").numbered(2).text == "a-2.jpg")
    #expect(SafeName("a.b.jpg").numbered(10).text == "a.b-10.jpg")
    #expect(SafeName("folder").numbered(3).text == "folder-3")
    let long = SafeName(String(repeating: "n", count: 251) + ".jpg").numbered(1234)
    #expect(long.text.utf8.count == 255)
    #expect(long.text.hasSuffix("n-1234.jpg"))
  }
}
