/// A command line that means Python: `run` and `repl`, and whatever begins as Python's own command lines do.
public struct PythonRequest: Equatable, Sendable {
  public enum Purpose: Equatable, Sendable {
    /// Python's own command line: a script and its arguments, `-m module`, `-c code`, `-`, its options first.
    case program
    /// A prompt, IPython's where it is installed.
    case prompt
    /// A prompt, the interpreter's own in any case.
    case plainPrompt
  }

  public var purpose: Purpose
  /// The value of our own option `--python`.
  public var python: String?
  /// What is Python's: the last words of the command line.
  public var arguments: ArraySlice<String>

  /// Nil for what is another command's: `pack`, `--help`, `run` with nothing to run.
  ///
  /// - Parameter words: the command line without the program's name.
  public init?(_ words: ArraySlice<String>) {
    switch words.first {
    case "run": self.init(program: words.dropFirst())
    case "repl": self.init(prompt: words.dropFirst())
    case let first? where Self.isPython(first): self.init(program: words)
    default: return nil
    }
  }

  /// Only a leading `--python` is ours. Everything else, whatever it looks like, is Python's or the script's.
  private init?(program words: ArraySlice<String>) {
    purpose = .program
    arguments = words
    while let option = takePython() { guard option else { return nil } }
    guard let first = arguments.first, first != "--help", first != "-h" else { return nil }
  }

  private init?(prompt words: ArraySlice<String>) {
    purpose = .prompt
    arguments = words
    while let first = arguments.first {
      if first == "--plain" {
        purpose = .plainPrompt
        arguments = arguments.dropFirst()
      } else {
        guard takePython() == true else { return nil }
      }
    }
  }

  /// Takes a leading `--python`: nil where there is none, false where it has no value.
  private mutating func takePython() -> Bool? {
    guard let first = arguments.first else { return nil }
    if first.hasPrefix("--python=") {
      python = String(first.dropFirst("--python=".count))
      arguments = arguments.dropFirst()
    } else if first == "--python" {
      guard arguments.count >= 2 else { return false }
      python = arguments[arguments.startIndex + 1]
      arguments = arguments.dropFirst(2)
    } else {
      return nil
    }
    return true
  }

  /// No command of ours has a dot or a slash in its name; `-h` and `-V` are ours, as for every tool.
  private static func isPython(_ first: String) -> Bool {
    guard first.hasPrefix("-") else { return first.contains(".") || first.contains("/") }
    if ["-", "--", "--python"].contains(first) || first.hasPrefix("--python=") { return true }
    return "bBcdEiImOPqRsSuvWxX".contains(first[first.index(after: first.startIndex)])
  }
}
