import Testing

@testable import PixRemote

@Suite struct FoldersTests {
  @Test func variablesNameThem() {
    let folders = Folders(environment: ["XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/d", "HOME": "/home/me"])
    #expect((folders.config, folders.cache) == ("/c/pixcrawler", "/d/pixcrawler"))
  }

  @Test(arguments: [[:], ["XDG_CONFIG_HOME": "relative", "XDG_CACHE_HOME": ""]])
  func elseTheyLieAtHome(variables: [String: String]) {
    let folders = Folders(environment: variables.merging(["HOME": "/home/me"]) { one, _ in one })
    #expect((folders.config, folders.cache) == ("/home/me/.config/pixcrawler", "/home/me/.cache/pixcrawler"))
  }
}
