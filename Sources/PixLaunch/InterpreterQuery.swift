import Glibc

/// Asks an interpreter about itself by running it once: for shims, unusual places, statically linked ones.
enum InterpreterQuery {
  static func ask(_ python: String, _ files: some FileSystem) throws(InterpreterFault) -> Interpreter {
    guard
      let answer = InterpreterAnswer(
        try output(of: [python, "-E", "-s", "-S", "-c", InterpreterAnswer.question]))
    else { throw .notPython }
    return try answer.interpreter(asked: python, files)
  }

  /// What the program writes to standard output; its errors are dropped and it has no input.
  private static func output(of command: [String]) throws(InterpreterFault) -> String {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .broken(reason: errorText(errno)) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    // An end is one of 0 to 2 itself where this process was started with that one closed.
    for end in ends where end > 2 { posix_spawn_file_actions_addclose(&actions, end) }
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { text in strdup(text) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }

    var child = pid_t()
    let failure = posix_spawn(&child, command[0], &actions, nil, arguments, environ)
    close(ends[1])
    guard failure == 0 else { throw .broken(reason: errorText(failure)) }
    let output = readToEnd(ends[0], atMost: 1 << 16)
    var status: Int32 = 0
    while waitpid(child, &status, 0) == -1 && errno == EINTR {}
    return output
  }

  private static func readToEnd(_ descriptor: Int32, atMost limit: Int) -> String {
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while output.count < limit {
      let count = read(descriptor, &buffer, buffer.count)
      if count == -1 && errno == EINTR { continue }
      guard count > 0 else { break }
      output += buffer[..<count]
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
}
