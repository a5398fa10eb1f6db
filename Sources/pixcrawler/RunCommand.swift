import ArgumentParser
import Glibc
import PixLaunch

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a script under your own Python, with the engine as the module pixcrawler.",
    discussion: """
      The Python is the one --python names, else PIXCRAWLER_PYTHON, else the active virtual environment, else the
      nearest .venv upwards, else python3 on PATH. Everything after the script goes to the script; -m, -c, -X and -
      work as they do with python. The exit status is the script's.

      Examples:
        pixcrawler run train.py --epochs 3
        pixcrawler run --python ~/envs/torch train.py
        pixcrawler run -m pytest tests
      """)

  @Option(help: ArgumentHelp("A virtual environment's folder or an interpreter.", valueName: "path"))
  var python: String?

  @Argument(parsing: .captureForPassthrough, help: "The script and its arguments, or Python's own options.")
  var arguments: [String] = []

  /// Reached only where there is nothing to run: `PixCrawler.main` takes every script before.
  func validate() throws {
    if let first = arguments.first, ["--help", "-h"].contains(first) { throw CleanExit.helpRequest(self) }
    throw ValidationError("Name a script to run, like: pixcrawler run train.py")
  }

  static func start(_ request: RunRequest) -> Never {
    do throws(LaunchError) {
      let files = LocalFileSystem()
      let choice = try InterpreterChoice(
        option: request.python, environment: ProcessEnvironment.current,
        currentFolder: LocalFileSystem.currentFolder, files: files)
      try Launch.run(try Interpreter(choice, files: files), lastArguments: request.arguments.count)
    } catch {
      Failure.tell("\(error)")
      Glibc.exit(EXIT_FAILURE)
    }
  }
}

extension PixCrawler {
  /// A script's arguments never meet the command line's parser, which would answer some of them itself
  /// (`--generate-completion-script`).
  static func main() {
    let arguments = CommandLine.arguments
    if arguments.count > 2, arguments[1] == "run", let request = RunRequest(arguments[2...]) {
      RunCommand.start(request)
    }
    main(nil)
  }
}
