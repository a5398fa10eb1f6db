import ArgumentParser

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a script under your own Python, with the engine as the module pixcrawler.",
    discussion: """
      The Python is the one --python names, else PIXCRAWLER_PYTHON, else the environment that pixcrawler is linked \
      into, else the active virtual or conda environment, else the nearest .venv upwards, else python3 on PATH; \
      pixcrawler doctor says which. Everything after the script goes to the script; -m, -c, -X and - work as they do \
      with python. The exit status is the script's.

      The word run may be left out before a script's path (train.py, ./train) and before Python's own short options.

      Examples:
        pixcrawler run train.py --epochs 3
        pixcrawler run --python ~/envs/torch train.py
        pixcrawler run -m pytest tests
        pixcrawler -c 'import pixcrawler; print(pixcrawler.__file__)'
      """)

  @OptionGroup var python: PythonOption

  @Argument(parsing: .captureForPassthrough, help: "The script and its arguments, or Python's own options.")
  var arguments: [String] = []

  /// Reached only where there is nothing to run: the program `pixcrawler` has taken every script before.
  func validate() throws {
    if let first = arguments.first, ["--help", "-h"].contains(first) { throw CleanExit.helpRequest(self) }
    throw ValidationError("Name a script to run, like: pixcrawler run train.py")
  }
}
