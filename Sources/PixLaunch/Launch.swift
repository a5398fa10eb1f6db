import CLaunch
import Glibc

/// Becomes the user's Python, in this very process, with the engine as the module `pixcrawler`.
public enum Launch {
  /// Runs `arguments` as that Python would: a script and its arguments, `-m module`, `-c code`, `-`.
  ///
  /// Returns only with an exit status, or when nothing could be started.
  public static func run(_ interpreter: Interpreter, arguments: [String]) throws(LaunchError) -> Int32 {
    let folder = packageFolder()
    exportToChildren(folder)
    var argv: [UnsafeMutablePointer<CChar>?] = ([interpreter.python] + arguments).map { strdup($0) }
    argv.append(nil)
    guard let library = interpreter.library else {
      execv(interpreter.python, argv)
      throw .broken(python: interpreter.python, reason: String(cString: strerror(errno)))
    }
    var reason = [CChar](repeating: 0, count: 512)
    let status = pix_become_python(
      strdup(library), strdup("\(folder)/pixcrawler/__init__.abi3.so"), Int32(argv.count - 1), forever(argv),
      &reason, reason.count)
    guard status != -1 || reason[0] == 0 else {
      throw .broken(
        python: interpreter.python,
        reason: String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return status
  }

  /// CPython keeps its argv.
  private static func forever(_ argv: [UnsafeMutablePointer<CChar>?])
    -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  {
    let copy = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: argv.count)
    copy.initialize(from: argv, count: argv.count)
    return copy
  }

  /// `<prefix>/lib/pixcrawler/python`, beside the `<prefix>/bin` this program lies in.
  private static func packageFolder() -> String {
    let program = Interpreter.resolvedPath("/proc/self/exe")
    let prefix = program.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return prefix.joined(separator: "/") + "/lib/pixcrawler/python"
  }

  /// Processes that the script starts find the same module by path.
  private static func exportToChildren(_ folder: String) {
    let inherited = getenv("PYTHONPATH").map { String(cString: $0) } ?? ""
    if inherited.split(separator: ":").first.map(String.init) == folder { return }
    setenv("PYTHONPATH", inherited.isEmpty ? folder : "\(folder):\(inherited)", 1)
  }
}
