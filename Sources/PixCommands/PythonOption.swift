import ArgumentParser

/// Which Python a command is about; without it, the rules of `pixcrawler run` choose.
struct PythonOption: ParsableArguments {
  @Option(
    name: .customLong("python"),
    help: ArgumentHelp("A virtual environment's folder, an interpreter, or a version.", valueName: "path"))
  var named: String?
}
