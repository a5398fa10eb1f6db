import ArgumentParser
import PixLaunch
import PixRemote

struct LoginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "login",
    abstract: "Store the service's key, for commands and scripts of yours.",
    discussion: """
      Asks for the key without showing it, or takes the first line of standard input. It is kept in a file that only \
      you can read, for this service alone; a flag or an environment variable goes before it.

      Examples:
        pixcrawler login
        pixcrawler login < key.txt
        pixcrawler login --base-url http://127.0.0.1:8000
      """)

  @OptionGroup var place: LoginPlace

  func run() throws {
    let service = try place.service
    guard let key = KeyPrompt.read("API key for \(service): "), !key.isEmpty else {
      Failure.tell("no key came. Type it, or: pixcrawler login < FILE")
      throw ExitStatus.other
    }
    do throws(RemoteError) { _ = try APIKey(key) } catch {
      if case .source(let reason) = error { Failure.tell("\(reason); nothing was stored") }
      throw ExitStatus.other
    }
    try place.change { file throws(CredentialsError) in
      try file.store(key, for: service)
      return "Stored the key for \(service) in \(file.path)"
    }
    for name in KeySearch.variables where ProcessEnvironment.current[name]?.isEmpty == false {
      Failure.tell("\(name) is set and goes before the stored key")
    }
  }
}
