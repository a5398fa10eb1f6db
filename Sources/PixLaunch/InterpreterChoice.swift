/// Which Python a command runs under, and which rule said so.
public struct InterpreterChoice: Equatable, Sendable {
  /// In order: the first rule that applies decides.
  public enum Rule: String, Sendable {
    case option = "--python"
    case environment = "PIXCRAWLER_PYTHON"
    /// The program was called by a link in this environment's bin folder.
    case ownEnvironment = "the environment pixcrawler is linked into"
    case activeVenv = "VIRTUAL_ENV"
    /// Not conda's base environment, which is active for everybody; its python3 is on PATH anyway.
    case activeConda = "CONDA_PREFIX"
    case nearestVenv = "the nearest .venv"
    case path = "PATH"
  }

  public var rule: Rule
  /// The interpreter's absolute path, as it was named: a venv's python is not resolved to the one it was made from.
  public var python: String

  /// A rule that applies but names something unusable is an error, not a reason to try the next.
  ///
  /// - Parameters:
  ///   - option: a virtual environment's folder, an interpreter's path, a command on PATH, or a version as in 3.12.
  ///   - program: the path that pixcrawler was called by, links not resolved.
  public init(
    option: String?, environment: [String: String], currentFolder: String, program: String, files: some FileSystem
  ) throws(LaunchError) {
    let search = Search(currentFolder: currentFolder, path: environment["PATH"] ?? "", files: files)
    func variable(_ rule: Rule) -> String? { environment[rule.rawValue].flatMap { $0.isEmpty ? nil : $0 } }

    if let option {
      self = try search.choice(.option, option)
    } else if let named = variable(.environment) {
      self = try search.choice(.environment, named)
    } else if let own = search.environment(of: program) {
      self = try search.choice(.ownEnvironment, own)
    } else if let venv = variable(.activeVenv) {
      self = try search.choice(.activeVenv, venv)
    } else if let conda = variable(.activeConda), environment["CONDA_DEFAULT_ENV"] != "base" {
      self = try search.choice(.activeConda, conda)
    } else if let venv = search.nearestVenv() {
      self = try search.choice(.nearestVenv, venv)
    } else if let python = search.onPath("python3") {
      self.init(rule: .path, python: python)
    } else {
      throw .noInterpreter
    }
  }

  init(rule: Rule, python: String) {
    self.rule = rule
    self.python = python
  }

  private struct Search<Files: FileSystem> {
    let currentFolder: String
    let path: String
    let files: Files

    func choice(_ rule: Rule, _ named: String) throws(LaunchError) -> InterpreterChoice {
      let candidate: String? =
        if [.option, .environment].contains(rule), let command = command(named) {
          command
        } else if files.isFolder(absolute(named)) {
          ["python", "python3"].map { "\(absolute(named))/bin/\($0)" }.first(where: files.isExecutable)
        } else {
          files.isExecutable(absolute(named)) ? absolute(named) : nil
        }
      guard let candidate else { throw .unusable(rule: rule, named: named) }
      return InterpreterChoice(rule: rule, python: candidate)
    }

    private func command(_ named: String) -> String? {
      if named.contains("/") { return nil }
      return onPath(named) ?? PythonVersion(named).flatMap { onPath("python\($0)") }
    }

    func environment(of program: String) -> String? {
      let folder = Interpreter.prefix(of: absolute(program))
      return files.isReadable("\(folder)/pyvenv.cfg") || files.isFolder("\(folder)/conda-meta") ? folder : nil
    }

    func nearestVenv() -> String? {
      var folder = currentFolder[...]
      while true {
        while folder.last == "/" { folder.removeLast() }
        if files.isFolder("\(folder)/.venv") { return "\(folder)/.venv" }
        guard let slash = folder.lastIndex(of: "/") else { return nil }
        folder = folder[..<slash]
      }
    }

    /// Empty entries of PATH mean the current folder to a shell; no Python is taken from there unasked.
    func onPath(_ command: String) -> String? {
      path.split(separator: ":").map { absolute("\($0)/\(command)") }.first(where: files.isExecutable)
    }

    private func absolute(_ path: String) -> String {
      var path = path.hasPrefix("/") ? path : "\(currentFolder)/\(path)"
      while path.count > 1, path.hasSuffix("/") { path.removeLast() }
      return path
    }
  }
}
