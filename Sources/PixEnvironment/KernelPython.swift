import PixLaunch

/// A Python as Jupyter sees it: a kernel, if ipykernel is there, which speaks to notebooks.
public struct KernelPython: Sendable {
  public let interpreter: Interpreter
  public let prefix: String
  /// The command that brings ipykernel; nil where it is there.
  private let installation: String?

  /// Asks that Python, started as a kernel would be.
  public init(_ choice: InterpreterChoice) throws(LaunchError) {
    let interpreter = try Interpreter(choice, files: LocalFileSystem())
    self.init(interpreter, try PythonFacts(asking: interpreter, choice, ["-c", Self.question]))
  }

  init(_ interpreter: Interpreter, _ facts: PythonFacts) {
    let environment = PythonEnvironment(python: interpreter.python, facts)
    self.interpreter = interpreter
    prefix = environment.prefix
    installation = facts["ipykernel"] == nil ? environment.installation(of: "ipykernel") : nil
  }

  public func kernel(program: String, displayName: String?, version: String) throws(EnvironmentError) -> KernelSpec {
    if let installation { throw .noKernelSupport(python: interpreter.python, installation: installation) }
    return KernelSpec(
      program: program, python: interpreter.python,
      displayName: displayName ?? "Python \(interpreter.version) (pixcrawler)", version: version)
  }

  private static let question = PythonFacts.prelude + "tell(\"ipykernel\", spec(\"ipykernel_launcher\") and \"yes\")\n"
}
