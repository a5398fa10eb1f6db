import ArgumentParser
import PixEnvironment
import PixLaunch

struct EnvUnlinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlink",
    abstract: "Undo pixcrawler env link.",
    discussion: """
      Examples:
        pixcrawler env unlink
        pixcrawler env unlink ~/envs/torch
      """)

  @OptionGroup var environment: EnvironmentArgument

  func run() throws {
    try environment.changeLink { link throws(EnvironmentError) in
      switch try link.remove() {
      case .removed: "Removed \(link.file)"
      default: "Nothing to remove: there is no \(link.file)"
      }
    }
  }
}
