import ArgumentParser

struct AuthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "auth",
    abstract: "Show where the service's key comes from.",
    subcommands: [AuthStatusCommand.self])
}
