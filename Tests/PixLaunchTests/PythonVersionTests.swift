import Testing

@testable import PixLaunch

@Suite struct PythonVersionTests {
  @Test(arguments: [("3.11", 3, 11), ("3.9.18", 3, 9), ("3.14.0rc1", 3, 14), ("3.13.0.final.0", 3, 13)])
  func twoNumbersAreAVersion(text: String, major: Int, minor: Int) {
    #expect(PythonVersion(text) == PythonVersion(major, minor))
  }

  @Test(arguments: ["", "3", "3.x", "3.11d", "three.one", "-dbg"])
  func anythingElseIsNone(text: String) {
    #expect(PythonVersion(text) == nil)
  }

  @Test func tenComesAfterNine() {
    #expect(PythonVersion(3, 9) < PythonVersion(3, 10))
    #expect(PythonVersion(2, 99) < PythonVersion(3, 0))
  }
}
