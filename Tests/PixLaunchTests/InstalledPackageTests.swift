import Testing

@testable import PixLaunch

@Suite struct InstalledPackageTests {
  private static func found(_ python: String, _ files: FakeFileSystem) throws -> InstalledPackage? {
    let interpreter = try Interpreter(python: python, version: PythonVersion(3, 11), library: nil)
    return InstalledPackage(of: interpreter, files: files)
  }

  private static func files(_ folder: String, _ names: [String]) -> FakeFileSystem {
    FakeFileSystem(folders: ["\(folder)/pixcrawler"], contents: [folder: names])
  }

  private static let names = ["numpy", "pixcrawler_tools-9.dist-info", "pixcrawler", "pixcrawler-0.0.9.dist-info"]

  @Test func aVenvHasItsOwn() throws {
    let folder = "/env/lib/python3.11/site-packages"
    var files = Self.files(folder, Self.names)
    files.links = ["/env/bin/python": "/usr/bin/python3.11"]
    files.texts = ["/env/pyvenv.cfg": "home = /usr/bin"]
    let installed = try #require(try Self.found("/env/bin/python", files))
    #expect(installed.description == "pixcrawler 0.0.9 in \(folder)")
    #expect(installed.removal == "/env/bin/python -m pip uninstall pixcrawler")
  }

  @Test func aLinkToAnInterpreterHasThatOnes() throws {
    var files = Self.files("/opt/py/lib/python3.11/site-packages", ["PixCrawler-1.2.dist-info"])
    files.links = ["/home/me/bin/python": "/opt/py/bin/python3.11"]
    #expect(try Self.found("/home/me/bin/python", files)?.version == "1.2")
  }

  @Test(arguments: ["/usr/local/lib/python3.11/dist-packages", "/usr/lib/python3/dist-packages"])
  func debianHasPlacesOfItsOwn(folder: String) throws {
    let files = Self.files(folder, Self.names)
    #expect(try Self.found("/usr/bin/python3", files)?.folder == folder)
    #expect(try Self.found("/opt/bin/python3", files) == nil)
  }

  @Test func filesThatNobodyInstalledAreNoVersion() throws {
    #expect(try Self.found("/opt/bin/python3", Self.files("/opt/lib/python3.11/site-packages", ["pixcrawler"])) == nil)
    #expect(try Self.found("/opt/bin/python3", FakeFileSystem()) == nil)
  }
}
