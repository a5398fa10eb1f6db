/// Why an environment was left as it is, in one line that says what to do.
public enum EnvironmentError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The interpreter started but did not say what it was asked.
  case noAnswer(python: String, reason: String)
  /// The system's or another's Python, which its own package manager looks after.
  case notAnEnvironment(python: String, prefix: String)
  /// Another pixcrawler is there, which stays.
  case occupied(InstalledModule)
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .noAnswer(let python, let reason):
      "\(python) does not answer: \(reason); name another with --python PATH"
    case .notAnEnvironment(let python, let prefix):
      "\(python) belongs to \(prefix), which is no virtual environment and stays as it is; make one: "
        + "\(python) -m venv .venv"
    case .occupied(let module):
      "\(module) is there and stays; to put this one in its place, first: \(module.removal)"
    case .unwritable(let path, let reason):
      "\(path) cannot be changed: \(reason)"
    }
  }
}
