/// Which Python a command runs under, and which rule said so.
public struct InterpreterChoice: Equatable, Sendable {
  public enum Rule: String, Sendable {
    case option = "--python"
    case environment = "PIXCRAWLER_PYTHON"
    case activeVenv = "VIRTUAL_ENV"
    case nearestVenv = ".venv"
    case path = "PATH"
  }

  public var rule: Rule
  /// The interpreter, as it was named: a venv's python is not resolved to the one it was made from.
  public var python: String

  /// What the choice may look at.
  public struct Surroundings {
    public var environment: [String: String]
    public var currentFolder: String
    public var isExecutable: (String) -> Bool
    public var isFolder: (String) -> Bool

    public init(
      environment: [String: String], currentFolder: String, isExecutable: @escaping (String) -> Bool,
      isFolder: @escaping (String) -> Bool
    ) {
      self.environment = environment
      self.currentFolder = currentFolder
      self.isExecutable = isExecutable
      self.isFolder = isFolder
    }
  }

  /// The first rule that applies decides; if what it names is unusable, that is an error, not a reason to go on.
  public init(option: String?, in surroundings: Surroundings) throws(LaunchError) {
    if let option {
      self = try InterpreterChoice(.option, option, surroundings)
    } else if let named = surroundings.environment["PIXCRAWLER_PYTHON"], !named.isEmpty {
      self = try InterpreterChoice(.environment, named, surroundings)
    } else if let venv = surroundings.environment["VIRTUAL_ENV"], !venv.isEmpty {
      self = try InterpreterChoice(.activeVenv, venv, surroundings)
    } else if let venv = InterpreterChoice.nearestVenv(surroundings) {
      self = try InterpreterChoice(.nearestVenv, venv, surroundings)
    } else if let python = InterpreterChoice.onPath("python3", surroundings) {
      self.init(rule: .path, python: python)
    } else {
      throw .noInterpreter
    }
  }

  private init(rule: Rule, python: String) {
    self.rule = rule
    self.python = python
  }

  /// `named` is a venv's folder, an interpreter's path, or a command on PATH.
  private init(_ rule: Rule, _ named: String, _ surroundings: Surroundings) throws(LaunchError) {
    let candidate: String? =
      if surroundings.isFolder(named) {
        ["python3", "python"].map { "\(named)/bin/\($0)" }.first(where: surroundings.isExecutable)
      } else if named.contains("/") {
        surroundings.isExecutable(named) ? named : nil
      } else {
        InterpreterChoice.onPath(named, surroundings)
      }
    guard let candidate else { throw .unusable(rule: rule, named: named) }
    self.init(
      rule: rule, python: candidate.hasPrefix("/") ? candidate : "\(surroundings.currentFolder)/\(candidate)")
  }

  private static func nearestVenv(_ surroundings: Surroundings) -> String? {
    var folder = surroundings.currentFolder[...]
    while true {
      let venv = "\(folder == "/" ? "" : folder)/.venv"
      if surroundings.isFolder(venv) { return venv }
      guard let slash = folder.lastIndex(of: "/"), folder != "/" else { return nil }
      folder = slash == folder.startIndex ? "/" : folder[..<slash]
    }
  }

  private static func onPath(_ command: String, _ surroundings: Surroundings) -> String? {
    (surroundings.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(command)" }
      .first(where: surroundings.isExecutable)
  }
}
