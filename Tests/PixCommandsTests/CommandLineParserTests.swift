import ArgumentParser
import Testing

@testable import PixCommands

@Suite struct CommandLineParserTests {
  private func parse(_ words: [String], _ environment: [String: String]) throws -> any ParsableCommand {
    try CommandLineParser(CommandPath(words, below: PixCrawlerCommands.self), environment: environment).parse(words)
  }

  @Test func theEnvironmentFillsInFlags() throws {
    let environment = ["PIXCRAWLER_SEED": "7", "PIXCRAWLER_CHUNK_SIZE": "20", "PIXCRAWLER_NAME": "-odd name"]
    let pack = try #require(try parse(["pack", "a", "b", "--chunk-size", "30"], environment) as? PackCommand)
    #expect((pack.seed, pack.chunkSize, pack.name, pack.folder) == (7, 30, "-odd name", "a"))
  }

  @Test func aBadValueNamesItsVariable() throws {
    #expect(
      throws: WrongVariable(message: "PIXCRAWLER_CHUNK_SIZE: --chunk-size must be at least 1")
    ) { try parse(["pack", "a", "b"], ["PIXCRAWLER_SEED": "7", "PIXCRAWLER_CHUNK_SIZE": "0"]) }
    #expect(throws: WrongVariable.self) { try parse(["pack", "a", "b"], ["PIXCRAWLER_SEED": "many"]) }
    #expect(throws: WrongVariable.self) { try parse(["pack", "a", "b"], ["PIXCRAWLER_FORCE": "perhaps"]) }
  }

  @Test func valuesThatDoNotGoTogetherAreNamed() throws {
    let environment = ["PIXCRAWLER_USER": "1", "PIXCRAWLER_PREFIX": "/p", "PIXCRAWLER_NAME": "torch"]
    #expect(
      throws: WrongVariable(
        message: "PIXCRAWLER_USER, PIXCRAWLER_PREFIX: --user and --prefix name two places: give one")
    ) { try parse(["kernel", "remove"], environment) }
  }

  @Test func aWrongCommandLineIsNotTheEnvironmentsFault() throws {
    do {
      _ = try parse(["pack", "a"], ["PIXCRAWLER_SEED": "7"])
      Issue.record("parsed")
    } catch { #expect(!(error is WrongVariable)) }
  }

  @Test func helpDoesNotLookAtIt() throws {
    for words in [["pack", "--help"], ["pack", "-h"], ["help", "pack"]] {
      do {
        var command = try parse(words, ["PIXCRAWLER_FORCE": "perhaps"])
        try command.run()
        Issue.record("ran")
      } catch { #expect(PixCrawlerCommands.exitCode(for: error) == .success) }
    }
  }
}
