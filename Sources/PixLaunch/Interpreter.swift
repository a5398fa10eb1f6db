import FoundationEssentials
import Glibc

/// A Python interpreter and the library it shares with others, if it has one.
public struct Interpreter: Equatable, Sendable {
  public static let oldest = PythonVersion(major: 3, minor: 10)

  /// The path that becomes argv[0], from which CPython finds its venv.
  public var python: String
  public var version: PythonVersion
  /// Nil: CPython is linked into the interpreter statically.
  public var library: String?

  /// Finds out without starting a process where the files tell: a venv's pyvenv.cfg, else the real file's name.
  public init(_ choice: InterpreterChoice) throws(LaunchError) {
    let python = choice.python
    if let version = Interpreter.versionFromFiles(python),
      let library = Interpreter.library(for: version, base: Interpreter.baseFolder(python))
    {
      self = Interpreter(python: python, version: version, library: library)
    } else {
      self = try InterpreterQuery.ask(python)
    }
    guard version >= Interpreter.oldest else {
      throw .unsupported(python: python, found: "Python \(version)")
    }
  }

  init(python: String, version: PythonVersion, library: String?) {
    self.python = python
    self.version = version
    self.library = library
  }

  private static func versionFromFiles(_ python: String) -> PythonVersion? {
    let resolved = resolvedPath(python)
    if isScript(resolved) { return nil }
    let name = resolved.split(separator: "/").last ?? ""
    guard !name.hasSuffix("t"), !name.hasSuffix("d") else { return nil }  // free-threaded or debug: ask
    if let text = try? String(contentsOfFile: configuration(python), encoding: .utf8),
      let version = VenvConfiguration(text).version
    {
      return version
    }
    return name.hasPrefix("python") ? PythonVersion(String(name.dropFirst(6))) : nil
  }

  private static func configuration(_ python: String) -> String {
    let folder = python.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return folder.joined(separator: "/") + "/pyvenv.cfg"
  }

  /// The prefix of the installation that the interpreter really lies in.
  private static func baseFolder(_ python: String) -> String {
    resolvedPath(python).split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/")
  }

  private static func library(for version: PythonVersion, base: String) -> String? {
    let name = "libpython\(version.major).\(version.minor).so.1.0"
    #if arch(x86_64)
    let multiarch = "x86_64-linux-gnu"
    #else
    let multiarch = "aarch64-linux-gnu"
    #endif
    return ["\(base)/lib/\(name)", "\(base)/lib/\(multiarch)/\(name)", "\(base)/lib64/\(name)"]
      .first { access($0, R_OK) == 0 }
  }

  static func resolvedPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func isScript(_ path: String) -> Bool {
    guard let file = fopen(path, "r") else { return false }
    defer { fclose(file) }
    return fgetc(file) == Int32(UInt8(ascii: "#")) && fgetc(file) == Int32(UInt8(ascii: "!"))
  }
}
