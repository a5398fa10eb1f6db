import ArgumentParser
import PixLaunch

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a script under your own Python, with the engine as the module pixcrawler.",
    discussion: """
      The Python is the one --python names, else PIXCRAWLER_PYTHON, else the active virtual environment, else the
      nearest .venv upwards, else python3 on PATH. Everything after the script goes to the script; -m, -c and -
      work as they do with python. The exit status is the script's.

      Examples:
        pixcrawler run train.py --epochs 3
        pixcrawler run --python ~/envs/torch train.py
        pixcrawler run -m pytest tests
      """)

  @Option(help: "A virtual environment's folder or an interpreter.")
  var python: String?

  @Argument(parsing: .captureForPassthrough, help: "The script and its arguments.")
  var arguments: [String] = []

  mutating func run() throws {
    if ["--help", "-h"].contains(arguments.first) { throw CleanExit.helpRequest(self) }
    if arguments.isEmpty {
      throw ValidationError("Name a script to run, like: pixcrawler run train.py")
    }
    let status: Int32
    do throws(LaunchError) {
      let choice = try InterpreterChoice(option: python, in: .current)
      status = try Launch.run(try Interpreter(choice), arguments: arguments)
    } catch {
      Failure.tell("\(error)")
      throw ExitCode.failure
    }
    throw ExitCode(status)
  }
}
