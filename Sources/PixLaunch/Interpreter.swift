/// A Python that can run scripts with the engine in it.
public struct Interpreter: Equatable, Sendable {
  /// The module is compiled for the Limited API and was seen to work from here on.
  static let oldest = PythonVersion(3, 10)

  /// The path that becomes argv[0], from which CPython finds its venv.
  public var python: String
  public var version: PythonVersion
  /// Nil: CPython is linked into the interpreter, which must then be started as a program of its own.
  public var library: String?

  /// Starts the interpreter, to ask it, only where the files do not tell what it is.
  public init(_ choice: InterpreterChoice, files: some FileSystem) throws(LaunchError) {
    do throws(InterpreterFault) {
      if let known = try LibPython(files: files).interpreter(choice.python) {
        self = known
      } else {
        self = try InterpreterQuery.ask(choice.python, files)
      }
    } catch {
      throw .unsuitable(choice, error)
    }
  }

  init(python: String, version: PythonVersion, library: String?) throws(InterpreterFault) {
    guard version >= Interpreter.oldest else { throw .tooOld(version) }
    self.python = python
    self.version = version
    self.library = library
  }

  /// `/usr` for `/usr/bin/python3`.
  static func prefix(of python: String) -> String {
    python.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
  }
}
