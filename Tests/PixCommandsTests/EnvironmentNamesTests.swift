import ArgumentParser
import Testing

@testable import PixCommands

@Suite struct EnvironmentNamesTests {
  private struct Example: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "example")
    @Option var maxWorkers = 4
    @Option var label: [String] = []
    @Flag(name: .shortAndLong) var quiet = false
    @Flag var noProgress = false
    @Option var apiKey: String?
    @Option(name: .customLong("python")) var named: String?
    @Argument var source: String?
  }

  private let names = EnvironmentNames(description: Example._dumpHelp())

  private func added(_ environment: [String: String], _ words: [String] = []) throws -> [String] {
    try names.words(besides: words, environment: environment).flatMap(\.words)
  }

  @Test func everyFlagHasOneByRule() {
    #expect(
      names.flags.map(\.variable) == [
        "PIXCRAWLER_MAX_WORKERS", "PIXCRAWLER_LABEL", "PIXCRAWLER_QUIET", "PIXCRAWLER_NO_PROGRESS",
        "PIXCRAWLER_API_KEY", "PIXCRAWLER_PYTHON",
      ])
    #expect(
      EnvironmentNames(description: ServeCommand._dumpHelp()).flags.map(\.variable) == [
        "PIXCRAWLER_HOST", "PIXCRAWLER_PORT", "PIXCRAWLER_SERVE_KEY",
      ])
    #expect(EnvironmentNames(description: "nonsense").flags.isEmpty)
  }

  @Test func noTwoFlagsOfACommandShareOne() {
    func check(_ command: any ParsableCommand.Type) {
      let variables = EnvironmentNames(description: command._dumpHelp()).flags.map(\.variable)
      #expect(Set(variables).count == variables.count, "\(command)")
      for subcommand in command.configuration.subcommands { check(subcommand) }
    }
    check(PixCrawlerCommands.self)
  }

  @Test func valuesBecomeWords() throws {
    #expect(try added(["PIXCRAWLER_MAX_WORKERS": "8"]) == ["--max-workers=8"])
    #expect(try added(["PIXCRAWLER_LABEL": "cat,a dog"]) == ["--label=cat", "--label=a dog"])
    for yes in ["1", "true", "YES"] { #expect(try added(["PIXCRAWLER_QUIET": yes]) == ["--quiet"]) }
    for no in ["0", "False", "no", ""] { #expect(try added(["PIXCRAWLER_QUIET": no]).isEmpty) }
    #expect(try added(["PIXCRAWLER_NO_PROGRESS": "1", "PIXCRAWLER_OTHER": "x", "QUIET": "1"]) == ["--no-progress"])
  }

  @Test func whatIsReadElsewhereStaysThere() throws {
    #expect(try added(["PIXCRAWLER_API_KEY": "s3cr3t", "PIXCRAWLER_PYTHON": "3.12"]).isEmpty)
  }

  @Test(arguments: [["--max-workers", "2"], ["--max-workers=2"], ["x", "--max-workers=2", "--", "y"]])
  func theCommandLineGoesFirst(_ words: [String]) throws {
    #expect(try added(["PIXCRAWLER_MAX_WORKERS": "8"], words).isEmpty)
  }

  @Test func alsoByOneLetter() throws {
    let environment = ["PIXCRAWLER_QUIET": "1"]
    #expect(try added(environment, ["-q"]).isEmpty)
    #expect(try added(environment, ["-vq"]).isEmpty)
    #expect(try added(environment, ["--", "-q"]) == ["--quiet"])
    #expect(try added(environment, ["--quick"]) == ["--quiet"])
  }

  @Test func aFlagIsOnOrOff() {
    #expect(
      throws: WrongVariable(message: "PIXCRAWLER_QUIET is \"maybe\": give 1, true or yes, or 0, false or no")
    ) { try added(["PIXCRAWLER_QUIET": "maybe"]) }
  }

  @Test func helpListsThem() {
    let lines = names.listing.split(separator: "\n")
    #expect(lines.contains("  --max-workers  PIXCRAWLER_MAX_WORKERS"))
    #expect(lines.contains("  --python       PIXCRAWLER_PYTHON"))
    #expect(lines.count == 7)
  }
}
