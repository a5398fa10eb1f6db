import ArgumentParser

struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel",
    abstract: "Install or remove a Jupyter kernel that runs your Python with pixcrawler in it.",
    discussion: """
      Examples:
        pixcrawler kernel install
        pixcrawler kernel remove
      """,
    subcommands: [KernelInstallCommand.self, KernelRemoveCommand.self])
}
