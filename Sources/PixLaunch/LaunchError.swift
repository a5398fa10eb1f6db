/// Why a script could not be started under the user's Python, in one line that says what to do.
public enum LaunchError: Error, Equatable, Sendable, CustomStringConvertible {
  case noInterpreter
  case unusable(rule: InterpreterChoice.Rule, named: String)
  case unsupported(python: String, found: String)
  case freeThreaded(python: String, version: PythonVersion)
  case notPython(String)
  case broken(python: String, reason: String)
  case incomplete(program: String, reason: String)

  public var description: String {
    switch self {
    case .noInterpreter:
      "no Python was found: there is no .venv here or above and no python3 on PATH; "
        + "install CPython 3.10 or newer, or \(Self.wayOut)"
    case .unusable(.nearestVenv, let named):
      "\(named) has no Python in its bin folder; make it anew with python3 -m venv, or \(Self.wayOut)"
    case .unusable(let rule, let named):
      "\(rule.rawValue) names \(named), which is neither an interpreter nor a virtual environment; "
        + "correct it, or \(Self.wayOut)"
    case .unsupported(let python, let found):
      "\(python) is \(found); pixcrawler needs CPython 3.10 or newer: \(Self.wayOut)"
    case .freeThreaded(let python, let version):
      "\(python) is a free-threaded build of Python \(version), which has no stable ABI; "
        + "use the ordinary build (python\(version)): \(Self.wayOut)"
    case .notPython(let path):
      "\(path) does not answer as a Python does; \(Self.wayOut)"
    case .broken(let python, let reason):
      "\(python) could not be started: \(reason)"
    case .incomplete(let program, let reason):
      "this pixcrawler is incomplete: \(program): \(reason); build or install it anew"
    }
  }

  private static let wayOut = "name one with pixcrawler run --python PATH script.py"
}
