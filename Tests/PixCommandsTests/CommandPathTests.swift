import ArgumentParser
import Testing

@testable import PixCommands

@Suite struct CommandPathTests {
  private func path(_ words: String...) -> CommandPath { CommandPath(words, below: PixCrawlerCommands.self) }

  @Test func wordsLeadToACommand() {
    #expect(path().command == PixCrawlerCommands.self)
    #expect(path("info", "pets").command == InfoCommand.self)
    #expect(path("env", "link", "info").command == EnvLinkCommand.self)
    #expect(path("env", "link", "info").names == ["env", "link"])
    #expect(path("--help", "info").command == PixCrawlerCommands.self)
  }

  @Test func helpLeadsToTheCommandItIsAbout() {
    #expect(path("help", "kernel", "remove").command == KernelRemoveCommand.self)
    #expect(path("help", "kernel").isHelp)
    #expect(path("help").isHelp)
    #expect(!path("info", "help").isHelp)
  }

  @Test func strangersAreNamed() {
    #expect(path("ifno").stranger == "ifno")
    #expect(path("help", "ifno").stranger == "ifno")
    #expect(path("env", "lnik").stranger == "lnik")
    #expect(path("env", "lnik").choices == ["link", "unlink"])
    #expect(path("env").stranger == nil)
    #expect(path("pack", "a", "b").stranger == nil)
  }
}
