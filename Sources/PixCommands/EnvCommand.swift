import ArgumentParser

struct EnvCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "env",
    abstract: "Make a virtual environment's plain python import pixcrawler too.",
    subcommands: [EnvLinkCommand.self, EnvUnlinkCommand.self])
}
