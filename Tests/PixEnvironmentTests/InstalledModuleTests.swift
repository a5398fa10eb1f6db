import Testing

@testable import PixEnvironment

@Suite struct InstalledModuleTests {
  @Test(arguments: [("1.2", "pixcrawler 1.2 in /env"), (nil, "another pixcrawler in /env")])
  func itsVersionIsSaidWhereItIsKnown(version: String?, text: String) {
    #expect(InstalledModule(version: version, path: "/env", removal: "rm").description == text)
  }
}
