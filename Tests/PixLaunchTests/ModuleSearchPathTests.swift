import Testing

@testable import PixLaunch

@Suite struct ModuleSearchPathTests {
  @Test(arguments: [
    ("", "/pix"), ("/a", "/pix:/a"), ("/a:/b", "/pix:/a:/b"), ("/pix", "/pix"), ("/pix:/a", "/pix:/a"),
    ("/pixels", "/pix:/pixels"), ("/a:/pix", "/pix:/a:/pix"),
  ])
  func theUsersEntriesComeAfterOurs(inherited: String, value: String) {
    #expect(ModuleSearchPath.value(Array("/pix".utf8), before: Array(inherited.utf8)) == Array(value.utf8))
  }

  @Test(arguments: [
    ("", ""), ("/a", "/a"), ("/pix", ""), ("/pix:/a:/b", "/a:/b"), ("/pixels", "/pixels"), ("/a:/pix", "/a:/pix"),
    ("/pix:", ""),
  ])
  func whatAParentPutFirstIsTakenAway(inherited: String, value: String) {
    #expect(ModuleSearchPath.value(without: Array("/pix".utf8), Array(inherited.utf8)) == Array(value.utf8))
  }

  @Test func bytesThatAreNoTextSurvive() {
    #expect(ModuleSearchPath.value([1], before: [0xFF, 0xFE]) == [1, UInt8(ascii: ":"), 0xFF, 0xFE])
  }
}
