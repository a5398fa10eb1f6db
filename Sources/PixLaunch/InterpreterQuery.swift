import Glibc

/// Asks an interpreter about itself by running it once: for shims, unusual places, statically linked ones.
enum InterpreterQuery {
  private static let script = """
    import sys, sysconfig as s
    v = lambda n: str(s.get_config_var(n) or "")
    print(sys.executable, sys.implementation.name, "%d.%d" % sys.version_info[:2],
          v("Py_GIL_DISABLED"), v("LIBDIR") + "/" + v("INSTSONAME"), v("Py_ENABLE_SHARED"), sep="\\n")
    """

  static func ask(_ python: String) throws(LaunchError) -> Interpreter {
    let answer = try run(python)
    let lines = answer.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count >= 6, let version = PythonVersion(lines[2]) else {
      throw .unsupported(python: python, found: "no Python 3")
    }
    guard lines[1] == "cpython" else {
      throw .unsupported(python: python, found: "\(lines[1]), another implementation of Python")
    }
    guard lines[3].isEmpty || lines[3] == "0" else {
      throw .unsupported(python: python, found: "a free-threaded build of Python \(version)")
    }
    let isShared = lines[5] == "1" && access(lines[4], R_OK) == 0
    return Interpreter(python: lines[0], version: version, library: isShared ? lines[4] : nil)
  }

  private static func run(_ python: String) throws(LaunchError) -> String {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw .broken(python: python, reason: String(cString: strerror(errno))) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = [python, "-c", script].map { (text: String) in
      strdup(text)
    }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let failure = posix_spawn(&child, python, &actions, nil, arguments, environ)
    close(ends[1])
    defer { close(ends[0]) }
    guard failure == 0 else { throw .broken(python: python, reason: String(cString: strerror(failure))) }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while answer.count < 1 << 16 {
      let count = read(ends[0], &buffer, buffer.count)
      guard count > 0 else { break }
      answer += buffer[..<count]
    }
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return String(decoding: answer, as: UTF8.self)
  }
}
