/// Why a script could not be started under the user's Python, in one line that says what to do.
public enum LaunchError: Error, Equatable, Sendable, CustomStringConvertible {
  case noInterpreter
  /// A rule applies, and what it names is neither an interpreter nor an environment.
  case unusable(rule: InterpreterChoice.Rule, named: String)
  /// The interpreter is there, and the engine cannot live in it.
  case unsuitable(InterpreterChoice, InterpreterFault)
  case incomplete(program: String, reason: String)

  public var description: String {
    switch self {
    case .noInterpreter:
      "no Python was found: there is no .venv here or above and no python3 on PATH; "
        + "install CPython 3.10 or newer, or \(Self.wayOut)"
    case .unusable(let rule, let named):
      "\(rule.rawValue) names \(named), which is neither an interpreter nor a virtual environment with one; "
        + "correct it (python3 -m venv makes one), or \(Self.wayOut)"
    case .unsuitable(let choice, let fault):
      "\(choice.python), chosen by \(choice.rule.rawValue), \(fault), or \(Self.wayOut)"
    case .incomplete(let program, let reason):
      "this pixcrawler is incomplete: \(program): \(reason); build or install it anew"
    }
  }

  /// 2, as for every wrong argument: what was named must be corrected before anything can run.
  public var exitStatus: Int32 {
    if case .incomplete = self { 1 } else { 2 }
  }

  private static let wayOut = "name one with pixcrawler run --python PATH script.py"
}
