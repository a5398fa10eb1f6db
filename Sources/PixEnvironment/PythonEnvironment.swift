import PixLaunch

/// A Python's environment: where packages are installed, and who looks after them.
public struct PythonEnvironment: Equatable, Sendable {
  public enum Kind: String, Sendable {
    case virtual
    case conda
    /// The system's, or an installation that is nobody's environment.
    case installation
  }

  public var python: String
  public var prefix: String
  public var kind: Kind
  /// The folder that pip installs pure Python packages into.
  public var sitePackages: String
  public var hasPip: Bool
  /// Another package manager looks after it, and pip refuses to (PEP 668).
  public var isExternallyManaged: Bool
  /// A `pixcrawler` that a package manager knows of.
  public var installed: InstalledModule?

  /// Asks that Python, started plainly.
  public init(of choice: InterpreterChoice) throws(LaunchError) {
    let interpreter = try Interpreter(choice, files: LocalFileSystem())
    let facts = try PythonFacts(asking: interpreter, choice, ["-I", "-c", PythonFacts.prelude])
    self.init(python: interpreter.python, facts)
  }

  init(python: String, _ facts: PythonFacts) {
    self.python = python
    prefix = facts.prefix
    sitePackages = facts.packages
    kind = facts.prefix != facts.base ? .virtual : facts["conda"] != nil ? .conda : .installation
    hasPip = facts["pip"] != nil
    isExternallyManaged = facts["managed"] != nil && kind != .virtual
    installed = facts["installed.version"].map { version in
      InstalledModule(
        version: version, path: facts["installed.folder"] ?? facts.packages,
        removal: "\(python) -m pip uninstall pixcrawler")
    }
  }

  /// The command that puts a package there.
  func installation(of package: String) -> String {
    if isExternallyManaged { return "\(python) -m venv .venv && .venv/bin/python -m pip install \(package)" }
    return (hasPip ? "" : "\(python) -m ensurepip && ") + "\(python) -m pip install \(package)"
  }
}
