import CLaunch
import Glibc

/// Becomes the user's Python, in this very process, with the engine as the module `pixcrawler`.
public enum Launch {
  /// Does what the request asks for; its arguments are the last of this process, passed on byte for byte, as
  /// arguments need not be UTF-8.
  ///
  /// Returns only when nothing could be started; else the process ends with Python's own exit status.
  public static func python(_ request: PythonRequest) throws(LaunchError) -> Never {
    let files = LocalFileSystem()
    let choice = try InterpreterChoice(
      option: request.python, environment: ProcessEnvironment.current, currentFolder: LocalFileSystem.currentFolder,
      program: String(cString: pix_program()), files: files)
    let interpreter = try Interpreter(choice, files: files)
    let folder = installation.packageFolder
    exportToChildren(folder)
    throw .unsuitable(choice, become(interpreter, folder, words(request, folder)))
  }

  /// Becomes the program behind the commands, with all arguments of this process.
  public static func commands() throws(LaunchError) -> Never {
    let program = installation.commands
    execv(program, CommandLine.unsafeArgv)
    throw .incomplete(program: program, reason: String(cString: strerror(errno)))
  }

  private static var installation: Installation {
    Installation(
      program: LocalFileSystem().resolved("/proc/self/exe"),
      home: getenv("PIXCRAWLER_HOME").map { String(cString: $0) })
  }

  private typealias Word = UnsafeMutablePointer<CChar>?

  /// Python's command line behind its own name.
  private static func words(_ request: PythonRequest, _ folder: String) -> [Word] {
    if request.purpose == .program {
      let first = Int(CommandLine.argc) - request.arguments.count
      return (first..<Int(CommandLine.argc)).map { CommandLine.unsafeArgv[$0] }
    }
    let prompt = Prompt(packageFolder: folder, isPlain: request.purpose == .plainPrompt)
    guard isatty(STDIN_FILENO) == 1 else { return Prompt.argumentsWithoutTerminal.map(forever) }
    for (name, value) in prompt.variables(startup: getenv("PYTHONSTARTUP").map { String(cString: $0) }) {
      setenv(name, value, 1)
    }
    return Prompt.arguments.map(forever)
  }

  /// Returns only what kept it from doing so.
  private static func become(_ interpreter: Interpreter, _ folder: String, _ words: [Word]) -> InterpreterFault {
    let argv = UnsafeMutablePointer<Word>.allocate(capacity: words.count + 2)
    for (index, word) in ([forever(interpreter.python)] + words + [nil]).enumerated() {
      argv.advanced(by: index).initialize(to: word)
    }
    guard let library = interpreter.library else {
      execv(interpreter.python, argv)
      return .broken(reason: String(cString: strerror(errno)))
    }
    // CPython keeps these strings as long as the process lives.
    let module = forever("\(folder)/pixcrawler/__init__.abi3.so")
    let reason = pix_become_python(forever(library), module, Int32(words.count + 1), argv)
    return .broken(reason: reason.map { String(cString: $0) } ?? "unknown")
  }

  /// Processes that the script starts find the same module by path.
  private static func exportToChildren(_ folder: String) {
    let inherited =
      getenv("PYTHONPATH").map { [UInt8](UnsafeRawBufferPointer(start: $0, count: strlen($0))) } ?? []
    let value = ModuleSearchPath.value([UInt8](folder.utf8), before: inherited)
    (value + [0]).withUnsafeBytes { bytes in
      _ = setenv("PYTHONPATH", bytes.baseAddress!.assumingMemoryBound(to: CChar.self), 1)
    }
  }

  private static func forever(_ text: String) -> Word { strdup(text) }
}
