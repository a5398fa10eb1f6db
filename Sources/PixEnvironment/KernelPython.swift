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
    let failure: String
    do throws(ProgramOutput.NotStarted) {
      let run = try ProgramOutput(of: [interpreter.python, "-c", Self.question])
      if let answer = KernelPython(interpreter, PythonFacts(run.output)) {
        self = answer
        return
      }
      failure = run.failure
    } catch {
      failure = error.reason
    }
    throw .unsuitable(choice, .broken(reason: failure))
  }

  init?(_ interpreter: Interpreter, _ facts: PythonFacts) {
    guard let environment = PythonEnvironment(python: interpreter.python, facts) else { return nil }
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
