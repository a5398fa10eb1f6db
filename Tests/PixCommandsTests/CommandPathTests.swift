import ArgumentParser
import Testing

@testable import PixCommands

@Suite struct CommandPathTests {
  private func path(_ words: String...) -> CommandPath { CommandPath(words, below: PixCrawlerCommands.self) }

  @Test func wordsLeadToACommand() {
    #expect(path().command is PixCrawlerCommands.Type)
    #expect(path("info", "pets").command is InfoCommand.Type)
    #expect(path("env", "link", "info").command is EnvLinkCommand.Type)
    #expect(path("env", "link", "info").names == ["env", "link"])
    #expect(path("--help", "info").command is PixCrawlerCommands.Type)
  }

  @Test func helpLeadsToTheCommandItIsAbout() {
    #expect(path("help", "kernel", "remove").command is KernelRemoveCommand.Type)
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
