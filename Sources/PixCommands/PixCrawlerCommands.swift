import ArgumentParser
import PixLaunch
import PixRemote
import PixStream
import PixVersion

@main
struct PixCrawlerCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pixcrawler",
    abstract: "Streams image datasets out of plain zip chunks into training loops.",
    discussion: """
      Examples:
        pixcrawler run train.py          train with your own Python; so does pixcrawler train.py
        pixcrawler repl                  a prompt with load_dataset at hand
        pixcrawler download job_123      as arrays, a folder of images or the original zips
        pixcrawler list                  the service's datasets
        pixcrawler info ./pets           what a dataset is
        pixcrawler pack photos/ pets/    make a dataset out of class folders
        pixcrawler serve pets/           serve it over HTTP
        pixcrawler login                 store the service's key
        pixcrawler doctor                which Python scripts run under, and what is missing
        pixcrawler kernel install        use it in notebooks

      Every flag has a name in the environment, like PIXCRAWLER_MAX_WORKERS for --max-workers; each command's --help \
      lists them.
      """,
    version: PixCrawlerVersion.text,
    subcommands: [
      RunCommand.self, ReplCommand.self, DownloadCommand.self, VerifyCommand.self, ListCommand.self, InfoCommand.self,
      PackCommand.self, ServeCommand.self, LoginCommand.self, LogoutCommand.self, AuthCommand.self, DoctorCommand.self,
      EnvCommand.self, KernelCommand.self,
    ])

  static func main() {
    let words = CommandLine.arguments.dropFirst()
    if words == ["-V"] { return print(configuration.version) }
    let path = CommandPath(words, below: self)
    if let stranger = path.stranger { refuse(stranger, path) }
    do {
      var command = try CommandLineParser(path).parse(Array(words))
      try command.run()
    } catch {
      end(with: error, path)
    }
  }

  private static func refuse(_ stranger: String, _ path: CommandPath) -> Never {
    let place = (["pixcrawler"] + path.names).joined(separator: " ")
    let nearest = NearestWord(to: stranger, among: path.choices).found.map { "Did you mean \($0)? " } ?? ""
    let advice =
      nearest.isEmpty && path.names.isEmpty && LocalFileSystem().isReadable(stranger)
      ? "To run the file: pixcrawler run \(ShellWord(stranger))"
      : "\(nearest)There are \(path.choices.joined(separator: ", ")): \(place) --help"
    Failure.tell("there is no command \(path.names.map { "\($0) " }.joined())\(stranger). \(advice)")
    exit(withError: ExitStatus.usage)
  }

  /// Argument Parser's own ending, but for the status of wrong usage.
  private static func end(with error: any Error, _ path: CommandPath) -> Never {
    if let error = error as? WrongVariable {
      Failure.tell(error.message)
      exit(withError: ExitStatus.usage)
    }
    switch exitCode(for: error) {
    case .success:
      let text = fullMessage(for: error)
      guard text.hasPrefix("OVERVIEW:"), path.isWhole else { exit(withError: error) }
      print("\(text)\n\(EnvironmentNames(description: path.command._dumpHelp()).listing)")
      exit()
    case .validationFailure:
      Failure.show(fullMessage(for: error))
      exit(withError: ExitStatus.usage)
    default: exit(withError: error)
    }
  }
}
