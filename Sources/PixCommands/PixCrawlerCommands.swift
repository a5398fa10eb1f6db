import ArgumentParser
import PixLaunch
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
        pixcrawler info ./pets           what a dataset is
        pixcrawler pack photos/ pets/    make a dataset out of class folders
        pixcrawler serve pets/           serve it over HTTP
        pixcrawler doctor                which Python scripts run under, and what is missing
        pixcrawler kernel install        use it in notebooks
      """,
    version: PixCrawlerVersion.text,
    subcommands: [
      RunCommand.self, ReplCommand.self, DownloadCommand.self, VerifyCommand.self, InfoCommand.self, PackCommand.self,
      ServeCommand.self, DoctorCommand.self,
      EnvCommand.self, KernelCommand.self,
    ])

  static func main() {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    if CommandLine.arguments.dropFirst() == ["-V"] {
      print(configuration.version)
      return
    }
    if let first = CommandLine.arguments.dropFirst().first, !first.hasPrefix("-"), !(names + ["help"]).contains(first) {
      let advice =
        LocalFileSystem().isReadable(first)
        ? "To run the file: pixcrawler run \(ShellWord(first))"
        : "There are \(names.joined(separator: ", ")): pixcrawler --help"
      Failure.tell("there is no command \(first). \(advice)")
      exit(withError: ExitCode.validationFailure)
    }
    main(nil)
  }
}
