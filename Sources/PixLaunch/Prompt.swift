/// How Python is started for `pixcrawler repl`: as itself, with a start-up file of ours that puts `load_dataset` at
/// hand and hands over to IPython where there is one (`_repl.py`).
struct Prompt {
  var packageFolder: String
  var isPlain: Bool

  /// Our banner takes the place of Python's.
  static let arguments = ["-q"]

  /// Standard input is code.
  static let argumentsWithoutTerminal = ["-c", "import pixcrawler._repl; pixcrawler._repl.run_standard_input()"]

  /// - Parameter startup: the user's own start-up file, which ours runs first.
  func variables(startup: String?) -> [(name: String, value: String)] {
    [
      ("PYTHONSTARTUP", "\(packageFolder)/pixcrawler/_startup.py"),
      ("PIXCRAWLER_STARTUP", startup ?? ""),
      ("PIXCRAWLER_PLAIN", isPlain ? "1" : ""),
    ]
  }
}
