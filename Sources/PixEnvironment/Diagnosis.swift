import PixLaunch
import PixVersion

/// Whether scripts run under a Python with the engine in it, and what they find there.
public struct Diagnosis: Equatable, Sendable {
  public struct Module: Equatable, Sendable {
    public var file: String?
    public var version: String?
    /// Why it cannot be imported.
    public var failure: String?
  }

  /// Something that is wrong, and the next command.
  public struct Finding: Equatable, Sendable {
    public var problem: String
    public var advice: String
  }

  static let frameworks = ["torch", "tensorflow", "pandas"]

  public var choice: InterpreterChoice
  public var interpreter: Interpreter
  /// As the interpreter itself says it: 3.11.2.
  public var version: String
  public var environment: PythonEnvironment
  public var link: PackageLink.State
  public var module: Module
  /// NumPy and the frameworks that are there.
  public var versions: [String: String]
  /// Why NumPy, which is there, cannot be imported.
  public var numpyFailure: String?
  /// The program that ran the question, and is to run the scripts.
  public var program: String
  private var moduleFile: String

  /// Starts the program as for a script, with a question instead of one.
  public init(
    _ choice: InterpreterChoice, installation: Installation, variables: [String: String]
  ) throws(LaunchError) {
    let interpreter = try Interpreter(choice, files: LocalFileSystem())
    let run: ProgramOutput
    do throws(ProgramOutput.NotStarted) {
      run = try ProgramOutput(
        of: [installation.program, "run", "--python", interpreter.python, "-c", Self.question])
    } catch {
      throw .incomplete(program: installation.program, reason: error.reason)
    }
    guard let diagnosis = Diagnosis(choice, interpreter, installation, run) else {
      let home = variables["PYTHONHOME"].map { "; PYTHONHOME is \($0): unset it" } ?? ""
      throw .unsuitable(choice, .broken(reason: run.failure + home))
    }
    self = diagnosis
  }

  init?(_ choice: InterpreterChoice, _ interpreter: Interpreter, _ installation: Installation, _ run: ProgramOutput) {
    guard let facts = PythonFacts(run.output) else { return nil }
    let environment = PythonEnvironment(python: interpreter.python, facts)
    self.choice = choice
    self.interpreter = interpreter
    version = facts["version"] ?? "\(interpreter.version)"
    self.environment = environment
    program = installation.program
    moduleFile = installation.moduleFile
    link = PackageLink(environment, packageFolder: installation.packageFolder).state
    module = Module(file: facts["module"], version: facts["module.version"], failure: facts["module.failure"])
    versions = [:]
    for name in ["numpy"] + Self.frameworks { versions[name] = facts[Substring(name)] }
    numpyFailure = facts["numpy.failure"]
    // A crash leaves no word: what was not reached is where it happened.
    if facts["module.done"] == nil {
      module.failure = module.failure ?? run.failure
    } else if facts["numpy.done"] == nil {
      numpyFailure = numpyFailure ?? run.failure
    }
  }

  /// Scripts can import the module.
  public var isHealthy: Bool { module.failure == nil }

  public var findings: [Finding] {
    [moduleFinding, libraryFinding, numpyFinding, linkFinding].compactMap { $0 }
  }

  private var moduleFinding: Finding? {
    if let failure = module.failure {
      return Finding(
        problem: "the module pixcrawler cannot be imported: \(failure)",
        advice: "ldd \(module.file ?? moduleFile) shows which library is missing")
    }
    guard let version = module.version, version != PixCrawlerVersion.text else { return nil }
    return Finding(
      problem: "scripts import pixcrawler \(version), which is installed here, not \(PixCrawlerVersion.text)",
      advice: environment.installed?.removal ?? "remove \(module.file ?? "it")")
  }

  /// Started as a program of its own, this Python finds the module by PYTHONPATH, as children do.
  private var libraryFinding: Finding? {
    guard interpreter.library == nil, link != .ours else { return nil }
    return Finding(
      problem: "there is no shared libpython\(interpreter.version): under -I and -E scripts do not find pixcrawler",
      advice: "install it (apt install libpython\(interpreter.version)), or pixcrawler env link")
  }

  private var numpyFinding: Finding? {
    let install = environment.installation(of: "numpy")
    if let numpyFailure {
      return Finding(problem: "NumPy cannot be imported: \(numpyFailure)", advice: "\(install) --force-reinstall")
    }
    return versions["numpy"] == nil ? Finding(problem: "NumPy is not installed", advice: install) : nil
  }

  private var linkFinding: Finding? {
    switch link {
    case .absent, .ours: nil
    case .stale:
      Finding(
        problem: "the link of this environment leads nowhere", advice: "pixcrawler env link \(environment.prefix)")
    case .occupied(let other) where other.version == nil:
      Finding(problem: "plain python imports \(other)", advice: other.removal)
    case .occupied: nil
    }
  }

  private static let question =
    PythonFacts.prelude + """
      tell("version", sys.version.split()[0])

      def version(name):
          try:
              return importlib.metadata.version(name)
          except Exception:
              pass
          try:  # tensorflow may come out of tensorflow-cpu
              return importlib.metadata.version(importlib.metadata.packages_distributions()[name][0])
          except Exception:
              return "unknown version"

      for name in "\(frameworks.joined(separator: " "))".split():
          if spec(name):
              tell(name, version(name))
      try:
          import pixcrawler
          tell("module", pixcrawler.__file__)
          tell("module.version", pixcrawler.__version__)
      except BaseException as error:
          tell("module.failure", error)
      tell("module.done", "yes")
      try:
          import numpy
          tell("numpy", numpy.__version__)
      except BaseException as error:
          if getattr(error, "name", "") != "numpy":
              tell("numpy.failure", error)
      tell("numpy.done", "yes")
      """
}
