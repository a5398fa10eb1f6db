/// Why a script could not be started under the user's Python.
public enum LaunchError: Error, Equatable, Sendable, CustomStringConvertible {
  case noInterpreter
  case unusable(rule: InterpreterChoice.Rule, named: String)
  case unsupported(python: String, found: String)
  case broken(python: String, reason: String)

  public var description: String {
    switch self {
    case .noInterpreter:
      "no Python was found: there is no .venv here or above and no python3 on PATH. "
        + "Install Python 3.10 or newer, or name one: pixcrawler run --python PATH script.py"
    case .unusable(let rule, let named):
      "\(rule.rawValue) names \(named), where there is no Python interpreter. "
        + "Give a virtual environment's folder or an interpreter: pixcrawler run --python PATH script.py"
    case .unsupported(let python, let found):
      "\(python) is \(found); pixcrawler runs scripts under CPython 3.10 to 3.14 with the GIL. "
        + "Name another one: pixcrawler run --python PATH script.py"
    case .broken(let python, let reason):
      "\(python) could not be started: \(reason)"
    }
  }
}
