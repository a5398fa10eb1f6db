/// Why an environment was left as it is, in one line that says what to do.
public enum EnvironmentError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The system's or another's Python, which somebody else looks after.
  case notAnEnvironment(python: String, prefix: String)
  /// Another pixcrawler is there, which stays.
  case occupied(InstalledModule)
  case unwritable(path: String, reason: String)
  /// The Python cannot be a kernel until ipykernel is there; `installation` is the command for it.
  case noKernelSupport(python: String, installation: String)
  case noKernel(String)
  /// A kernel of that name that is not ours, which stays.
  case otherKernel(String)

  public var description: String {
    switch self {
    case .notAnEnvironment(let python, let prefix):
      "\(prefix) is no environment of your own and stays as it is; make one with \(python) -m venv .venv"
    case .occupied(let module):
      "\(module) stays as it is; to remove it: \(module.removal)"
    case .unwritable(let path, let reason):
      "\(path) cannot be changed: \(reason)"
    case .noKernelSupport(let python, let installation):
      "\(python) has no ipykernel, which a notebook speaks to; install it: \(installation)"
    case .noKernel(let path):
      "there is no kernel in \(path); jupyter kernelspec list shows those that are there"
    case .otherKernel(let path):
      "\(path) is not a kernel of pixcrawler and stays as it is; choose another with --name"
    }
  }
}
