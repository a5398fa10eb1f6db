import ArgumentParser
import PixEnvironment
import PixLaunch

struct EnvLinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Make the environment's plain python, its editors and type checkers see pixcrawler.",
    discussion: """
      Writes one file, pixcrawler.pth, into the environment's site-packages; pixcrawler env unlink removes it. Another \
      pixcrawler that is installed there is left alone, and said.

      Examples:
        pixcrawler env link              the environment that scripts run in
        pixcrawler env link ~/envs/torch
      """)

  @OptionGroup var environment: EnvironmentArgument

  func run() throws {
    try environment.changeLink { link throws(EnvironmentError) in
      switch try link.make() {
      case .made: "Linked: \(link.file) names \(link.packageFolder)"
      default: "Linked already: \(link.file) names \(link.packageFolder)"
      }
    }
  }
}
