import Glibc

/// What a program wrote and how it ended, when it was run once without input.
public struct ProgramOutput: Sendable {
  public enum Ending: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It was killed, because it took too long.
    case timedOut
  }

  /// Why it could not be started.
  public struct NotStarted: Error, Equatable, Sendable {
    public var reason: String
  }

  /// The end of standard output and of standard error, 64 KiB at least.
  public private(set) var output: String
  public private(set) var errors: String
  public private(set) var ending: Ending

  private static let limit = 1 << 16

  /// - Parameter seconds: How long the program may take.
  public init(of command: [String], within seconds: Int = 30) throws(NotStarted) {
    let out = try Self.pipe()
    defer { close(out.read) }
    let err = try Self.pipe(afterFailureClosing: out.write)
    defer { close(err.read) }
    let child = try Self.spawn(command, output: out.write, errors: err.write)

    var streams = [pollfd(fd: out.read, events: Int16(POLLIN), revents: 0)]
    streams.append(pollfd(fd: err.read, events: Int16(POLLIN), revents: 0))
    var texts: [[UInt8]] = [[], []]
    var status: Int32?
    var isLate = false
    let deadline = Self.milliseconds + seconds * 1000
    while true {
      let isOpen = streams.contains { $0.fd >= 0 }
      // What the program itself started may keep a pipe open after it has ended.
      let ready = poll(&streams, nfds_t(streams.count), isOpen ? 50 : 1)
      for index in streams.indices where ready > 0 && streams[index].revents != 0 {
        if !Self.read(streams[index].fd, into: &texts[index]) { streams[index].fd = -1 }
      }
      if status == nil { status = Self.status(of: child) }
      let isOver = Self.milliseconds >= deadline
      if status != nil, ready <= 0 || !isOpen || isOver { break }
      if isOver, !isLate {
        isLate = true
        kill(child, SIGKILL)
      }
    }
    output = String(decoding: texts[0], as: UTF8.self)
    errors = String(decoding: texts[1], as: UTF8.self)
    ending = isLate ? .timedOut : Self.ending(status ?? 0)
  }

  /// Why it did not do what it should, in one line.
  public var failure: String {
    let lines = errors.split(whereSeparator: \.isNewline).filter { $0.contains { !$0.isWhitespace } }
    let said = (lines.last { $0.contains("Error") } ?? lines.last).map(String.init)
    return switch ending {
    case .killed(let signal): said ?? "it was ended by signal \(signal)"
    case .exited(let status): said ?? "it ended with status \(status) and said nothing"
    case .timedOut: "it took too long"
    }
  }

  private static func pipe(afterFailureClosing other: Int32 = -1) throws(NotStarted) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else {
      let reason = errorText(errno)
      if other >= 0 { close(other) }
      throw NotStarted(reason: reason)
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Closes this process's copies of the two ends.
  private static func spawn(_ command: [String], output: Int32, errors: Int32) throws(NotStarted) -> pid_t {
    defer {
      close(output)
      close(errors)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { text in strdup(text) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var child = pid_t()
    let failure = posix_spawn(&child, command[0], &actions, nil, arguments, environ)
    guard failure == 0 else { throw NotStarted(reason: errorText(failure)) }
    return child
  }

  /// False at the end of the stream.
  private static func read(_ descriptor: Int32, into text: inout [UInt8]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count == -1 { return errno == EINTR }
    text += buffer[..<count]
    if text.count > 2 * limit { text.removeFirst(text.count - limit) }
    return count > 0
  }

  /// Nil while the process lives.
  private static func status(of child: pid_t) -> Int32? {
    var status: Int32 = 0
    return waitpid(child, &status, WNOHANG) == 0 ? nil : status
  }

  private static func ending(_ status: Int32) -> Ending {
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
  }

  private static var milliseconds: Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }

  private static func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
}
