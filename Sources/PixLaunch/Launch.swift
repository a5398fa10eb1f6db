import CLaunch
import Glibc

/// Becomes the user's Python, in this very process, with the engine as the module `pixcrawler`.
public enum Launch {
  /// Runs the last `count` arguments of this process as that Python would: a script and its arguments, `-m module`,
  /// `-c code`, `-`. They are passed on byte for byte, as arguments need not be UTF-8.
  ///
  /// Returns only when nothing could be started; else the process ends with Python's own exit status.
  public static func run(_ interpreter: Interpreter, lastArguments count: Int) throws(LaunchError) -> Never {
    let folder = installation.packageFolder
    exportToChildren(folder)
    let argv = argumentVector(interpreter.python, lastArguments: count)
    guard let library = interpreter.library else {
      execv(interpreter.python, argv)
      throw .broken(python: interpreter.python, reason: String(cString: strerror(errno)))
    }
    // CPython keeps these strings as long as the process lives.
    let module = forever("\(folder)/pixcrawler/__init__.abi3.so")
    let reason = pix_become_python(forever(library), module, Int32(count + 1), argv)
    throw .broken(python: interpreter.python, reason: reason.map { String(cString: $0) } ?? "unknown")
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

  private static func argumentVector(
    _ python: String, lastArguments count: Int
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
    let argv = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: count + 2)
    argv[0] = forever(python)
    let first = Int(CommandLine.argc) - count
    for index in 0..<count { argv[index + 1] = CommandLine.unsafeArgv[first + index] }
    argv[count + 1] = nil
    return argv
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

  private static func forever(_ text: String) -> UnsafeMutablePointer<CChar> { strdup(text) }
}
