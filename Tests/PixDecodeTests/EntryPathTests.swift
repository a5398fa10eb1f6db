import Testing

@testable import PixDecode

@Suite struct EntryPathTests {
  @Test(arguments: [
    ("", []), ("/", []), (".", []), ("./", []), ("a", ["a"]), ("a/b", ["a", "b"]), ("/a//b/", ["a", "b"]),
    ("./a/./b", ["a", "b"]), ("../a", ["..", "a"]), ("a/\u{301}b", ["a", "\u{301}b"]), ("a\\b", ["a\\b"]),
  ])
  func partsAreWhatLiesBetweenSlashes(_ name: String, _ parts: [String]) {
    #expect(EntryPath(name).parts.map(String.init) == parts)
  }

  @Test(arguments: [
    ("a", "a"), ("./a", "a"), ("././a/./b", "a/./b"), (".a", ".a"), ("../a", "../a"), ("/./a", "/./a"), ("./", ""),
    ("", ""), (".", "."), ("./\u{301}a", "\u{301}a"),
  ])
  func dotsAreTakenFromTheStartOnly(_ name: String, _ plain: String) {
    #expect(EntryPath.plain(name) == plain)
  }
}
