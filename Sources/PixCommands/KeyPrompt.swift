import Glibc

/// Asks for a key: without showing it on a terminal, else for the first line of standard input.
enum KeyPrompt {
  /// Nil at the end of input, before any letter.
  static func read(_ prompt: String) -> String? {
    guard isatty(STDIN_FILENO) == 1 else { return line() }
    // They end the process only when the terminal is as it was before.
    var held = sigset_t()
    sigemptyset(&held)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP] { sigaddset(&held, signal) }
    pthread_sigmask(SIG_BLOCK, &held, nil)
    var usual = termios()
    tcgetattr(STDIN_FILENO, &usual)
    var silent = usual
    silent.c_lflag &= ~tcflag_t(ECHO)
    func hide() {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
      emit(prompt)
    }
    func restore() {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual)
      emit("\n")
      pthread_sigmask(SIG_UNBLOCK, &held, nil)
    }
    hide()
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    while poll(&input, 1, 50) == 0 {
      var pending = sigset_t()
      sigpending(&pending)
      guard [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP].contains(where: { sigismember(&pending, $0) == 1 }) else {
        continue
      }
      restore()
      // It was stopped, and goes on.
      pthread_sigmask(SIG_BLOCK, &held, nil)
      hide()
    }
    let typed = line()
    restore()
    return typed
  }

  private static let longestLine = 8192

  /// As far as the first line break and no further, without the spaces around that come from copying.
  private static func line() -> String? {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while text.count < longestLine {
      let count = Glibc.read(STDIN_FILENO, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else {
        if text.isEmpty { return nil }
        break
      }
      if byte == UInt8(ascii: "\n") { break }
      text.append(byte)
    }
    let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
    var word = text.drop(while: isSpace)
    while let last = word.last, isSpace(last) { word.removeLast() }
    return String(decoding: word, as: UTF8.self)
  }

  private static func emit(_ text: String) { _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) } }
}
