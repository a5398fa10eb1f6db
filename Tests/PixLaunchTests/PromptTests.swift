import Testing

@testable import PixLaunch

@Suite struct PromptTests {
  private static func variables(plain: Bool, startup: String?) -> [String: String] {
    let prompt = Prompt(packageFolder: "/p/python", isPlain: plain)
    return Dictionary(uniqueKeysWithValues: prompt.variables(startup: startup).map { ($0.name, $0.value) })
  }

  @Test func ourStartUpFileKnowsTheUsersOwn() {
    let variables = Self.variables(plain: false, startup: "/home/me/.pythonrc")
    #expect(variables["PYTHONSTARTUP"] == "/p/python/pixcrawler/_startup.py")
    #expect(variables["PIXCRAWLER_STARTUP"] == "/home/me/.pythonrc")
    #expect(variables["PIXCRAWLER_PLAIN"] == "")
  }

  @Test func whatTheEnvironmentHasIsReplaced() {
    let variables = Self.variables(plain: true, startup: nil)
    #expect(variables["PIXCRAWLER_STARTUP"] == "")
    #expect(variables["PIXCRAWLER_PLAIN"] == "1")
  }
}
