import ArgumentParser

struct ReplCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl",
    abstract: "Open a Python prompt with load_dataset at hand.",
    discussion: """
      IPython's prompt where it is installed in the chosen environment, else the interpreter's own. Standard input \
      that is no terminal runs as code.

      Examples:
        pixcrawler repl
        pixcrawler repl --plain --python ~/envs/torch
        echo 'print(load_dataset("./pets").info)' | pixcrawler repl
      """)

  @Flag(help: "The interpreter's own prompt, even where IPython is installed.")
  var plain = false

  @OptionGroup var python: PythonOption

  /// Reached only by help and errors: the program `pixcrawler` has opened every prompt before.
  func validate() throws {}
}
