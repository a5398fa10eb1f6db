import ArgumentParser
import PixRemote

struct LogoutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout",
    abstract: "Forget the key that login stored.",
    discussion: """
      Examples:
        pixcrawler logout
        pixcrawler logout --base-url http://127.0.0.1:8000
      """)

  @OptionGroup var place: LoginPlace

  func run() throws {
    let service = try place.service
    try place.change { file throws(CredentialsError) in
      try file.forget(service)
        ? "Removed the key for \(service) from \(file.path)" : "There was no key for \(service) in \(file.path)"
    }
  }
}
