import Glibc
import Testing

@testable import PixRemote

@Suite struct KeySearchTests {
  private let service = "https://host/api/v1"

  private func file(_ folder: TemporaryFolder, key: String?) throws -> [String: String] {
    let environment = ["XDG_CONFIG_HOME": folder.path]
    if let key { try CredentialsFile(environment: environment).store(key, for: ServiceAddress(service)) }
    return environment
  }

  @Test func theFirstPlaceWithAKeyCounts() throws {
    let folder = try TemporaryFolder()
    var environment = try file(folder, key: "from file")
    func found(_ given: String? = nil) -> (String?, KeySearch.Source?) {
      let search = KeySearch(given: given, baseURL: service, environment: environment)
      return (search.key, search.source)
    }
    #expect(found() == ("from file", .file("\(folder.path)/pixcrawler/credentials.json")))
    environment["PIXCRAWLER_SERVICE_KEY"] = "older"
    #expect(found() == ("older", .variable("PIXCRAWLER_SERVICE_KEY")))
    environment["PIXCRAWLER_API_KEY"] = "newer"
    #expect(found() == ("newer", .variable("PIXCRAWLER_API_KEY")))
    #expect(found("flag") == ("flag", .given))
    #expect(found("") == ("", .given))
    environment["PIXCRAWLER_API_KEY"] = ""
    #expect(found() == ("older", .variable("PIXCRAWLER_SERVICE_KEY")))
    environment["PIXCRAWLER_SERVICE_KEY"] = ""
    #expect(found().0 == "from file")
  }

  @Test(arguments: ["https://other/api/v1", "http://host/api/v1", "https://host:8443", "nonsense"])
  func aKeyIsForItsServiceAlone(_ other: String) throws {
    let environment = try file(TemporaryFolder(), key: "from file")
    let search = KeySearch(baseURL: other, environment: environment)
    #expect(search.key == nil && search.source == nil && search.sourceName == nil)
  }

  @Test func theSameServiceInAnotherSpelling() throws {
    let folder = try TemporaryFolder()
    let environment = try file(folder, key: "from file")
    for same in ["https://HOST", "https://host:443/", "https://host/v1"] {
      #expect(KeySearch(baseURL: same, environment: environment).key == "from file")
    }
  }

  @Test func aFileThatIsNotUsedIsNamed() throws {
    let folder = try TemporaryFolder()
    let environment = try file(folder, key: "from file")
    let path = CredentialsFile(environment: environment).path
    chmod(path, 0o644)
    let search = KeySearch(baseURL: service, environment: environment)
    #expect(search.key == nil)
    #expect(search.fault == .exposed(path: path, mode: "644"))
    #expect(search.file.isThere)
    #expect(KeySearch(given: "flag", baseURL: service, environment: environment).fault == nil)
  }

  @Test(arguments: [
    ("sk-1234567890abcd", "…abcd"), ("123456789012", "…9012"), ("12345678", "…78"), ("abcd", "…d"), ("abc", "…"),
    ("", "…"),
  ])
  func whatIsShownIsNeverTheWhole(_ key: String, _ hint: String) {
    let search = KeySearch(given: key, baseURL: service, environment: [:])
    #expect(search.hint == hint)
    if !key.isEmpty { #expect(!"\(search)".contains(key) || key.count < 4) }
    var text = ""
    dump(search, to: &text)
    #expect(key.count < 4 || !text.contains(key))
  }
}
