/// Why the engine cannot live in an interpreter.
public enum InterpreterFault: Error, Equatable, Sendable, CustomStringConvertible {
  case tooOld(PythonVersion)
  case freeThreaded(PythonVersion)
  case otherImplementation(String)
  case notPython
  case broken(reason: String)

  /// What was found, and what to install; the interpreter's path comes before it.
  public var description: String {
    switch self {
    case .tooOld(let version):
      "is Python \(version), and pixcrawler needs CPython 3.10 or newer: \(Self.installation)"
    case .freeThreaded(let version):
      "is a free-threaded build of Python \(version), which has no stable ABI: install the ordinary python\(version)"
    case .otherImplementation(let name):
      "is \(name), another implementation of Python, and pixcrawler needs CPython 3.10 or newer: \(Self.installation)"
    case .notPython:
      "does not answer as a Python does: correct it"
    case .broken(let reason):
      "could not be started (\(reason)): correct or reinstall it"
    }
  }

  private static let installation = "install one (apt install python3-venv, pyenv install 3.12, uv python install 3.12)"
}
