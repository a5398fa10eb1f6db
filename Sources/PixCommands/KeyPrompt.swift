import Glibc

/// Asks for a key: without showing it on a terminal, else for the first line of standard input.
enum KeyPrompt {
  private static let held = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]

  /// Nil at the end of input, before any letter.
  static func read(_ prompt: String) -> String? {
    guard isatty(STDIN_FILENO) == 1 else { return line { true } }
    var usual = termios()
    tcgetattr(STDIN_FILENO, &usual)
    var silent = usual
    silent.c_lflag &= ~tcflag_t(ECHO)
    // They do what they do only when the terminal is as it was before.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in held { sigaddset(&signals, signal) }
    func hide() {
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
      emit(prompt)
    }
    func restore() {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual)
      emit("\n")
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }
    hide()
    let typed = line {
      while true {
        if waitForInput() { return true }
        guard let signal = pendingSignal else { continue }
        restore()
        // Stopped, it goes on one day. Whoever handles the others wants no key any more.
        guard signal == SIGTSTP else { return false }
        hide()
      }
    }
    restore()
    return typed
  }

  /// At most 50 ms.
  private static func waitForInput() -> Bool {
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&input, 1, 50) > 0
  }

  private static var pendingSignal: Int32? {
    var pending = sigset_t()
    sigpending(&pending)
    return held.first { sigismember(&pending, $0) == 1 }
  }

  private static let longestLine = 8192

  /// As far as the first line break and no further, without the spaces around that come from copying.
  ///
  /// - Parameter isReady: asked before each byte; false gives up.
  private static func line(_ isReady: () -> Bool) -> String? {
    var text: [UInt8] = []
    var byte: UInt8 = 0
    while text.count < longestLine {
      guard isReady() else { return nil }
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
