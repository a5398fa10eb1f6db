import CLaunch
import Glibc
import PixVersion

/// Becomes the user's Python, in this very process, with the engine as the module `pixcrawler`.
public enum Launch {
  /// Does what the request asks for; its arguments are the last of this process, passed on byte for byte, as
  /// arguments need not be UTF-8.
  ///
  /// Returns only when nothing could be started; else the process ends with Python's own exit status.
  public static func python(_ request: PythonRequest) throws(LaunchError) -> Never {
    let choice = try choice(request.python, program: String(cString: pix_program()))
    let interpreter = try Interpreter(choice, files: LocalFileSystem())
    let installation = Installation.current
    let isOurs = otherVersion(in: interpreter) == nil
    exportToChildren(installation.packageFolder, isWanted: isOurs)
    // Our prompt is for our version; beside another it is Python's own.
    let words = words(request, promptFolder: isOurs ? installation.packageFolder : nil)
    throw .unsuitable(choice, become(interpreter, words, module: isOurs ? installation.moduleFile : nil))
  }

  /// The Python that a script started here and now runs under.
  ///
  /// - Parameters:
  ///   - option: the value of --python.
  ///   - program: the path that pixcrawler was called by, which `commands` passes on.
  public static func choice(
    _ option: String?, program: String = CommandLine.arguments.first ?? ""
  ) throws(LaunchError) -> InterpreterChoice {
    try InterpreterChoice(
      option: option, environment: ProcessEnvironment.current, currentFolder: LocalFileSystem.currentFolder,
      program: program, files: LocalFileSystem())
  }

  /// Becomes the program behind the commands, with all arguments of this process, and in place of its name the path
  /// that it was called by.
  public static func commands() throws(LaunchError) -> Never {
    let program = Installation.current.commands
    CommandLine.unsafeArgv[0] = forever(String(cString: pix_program()))
    execv(program, CommandLine.unsafeArgv)
    throw .incomplete(program: program, reason: String(cString: strerror(errno)))
  }

  private typealias Word = UnsafeMutablePointer<CChar>?

  /// Python's command line behind its own name.
  private static func words(_ request: PythonRequest, promptFolder: String?) -> [Word] {
    guard let promptFolder, request.purpose != .program else {
      let first = Int(CommandLine.argc) - request.arguments.count
      return (first..<Int(CommandLine.argc)).map { CommandLine.unsafeArgv[$0] }
    }
    // The name that every flag has in the environment.
    let asksForPlain = ["1", "true", "yes"].contains(ProcessEnvironment.current["PIXCRAWLER_PLAIN"]?.lowercased())
    let prompt = Prompt(packageFolder: promptFolder, isPlain: asksForPlain || request.purpose == .plainPrompt)
    guard isatty(STDIN_FILENO) == 1 else { return Prompt.argumentsWithoutTerminal.map(forever) }
    for (name, value) in prompt.variables(startup: getenv("PYTHONSTARTUP").map { String(cString: $0) }) {
      setenv(name, value, 1)
    }
    return Prompt.arguments.map(forever)
  }

  /// Returns only what kept it from doing so.
  private static func become(_ interpreter: Interpreter, _ words: [Word], module: String?) -> InterpreterFault {
    let argv = UnsafeMutablePointer<Word>.allocate(capacity: words.count + 2)
    for (index, word) in ([forever(interpreter.python)] + words + [nil]).enumerated() {
      argv.advanced(by: index).initialize(to: word)
    }
    guard let library = interpreter.library else {
      execv(interpreter.python, argv)
      return .broken(reason: String(cString: strerror(errno)))
    }
    // CPython keeps these strings as long as the process lives.
    let file = module.flatMap(forever)
    let reason = pix_become_python(forever(library), file, Int32(words.count + 1), argv)
    return .broken(reason: reason.map { String(cString: $0) } ?? "unknown")
  }

  /// A version that somebody installed in the environment is what its scripts expect: it is used, and said.
  private static func otherVersion(in interpreter: Interpreter) -> InstalledPackage? {
    guard let installed = InstalledPackage(of: interpreter, files: LocalFileSystem()),
      installed.version != PixCrawlerVersion.text
    else { return nil }
    Failure.tell(
      "using \(installed), not \(PixCrawlerVersion.text) of this program; to remove it: \(installed.removal)")
    return installed
  }

  /// Processes that the script starts find the same module by path.
  private static func exportToChildren(_ folder: String, isWanted: Bool) {
    let inherited =
      getenv("PYTHONPATH").map { [UInt8](UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
    let folder = [UInt8](folder.utf8)
    let value =
      isWanted
      ? ModuleSearchPath.value(folder, before: inherited) : ModuleSearchPath.value(without: folder, inherited)
    guard value != inherited else { return }
    (value + [0]).withUnsafeBytes { bytes in
      _ = setenv("PYTHONPATH", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), 1)
    }
  }

  private static func forever(_ text: String) -> Word { strdup(text) }
}
