import Testing

@testable import PixCommands

@Suite struct ProgressStyleTests {
  private static let utf8 = ["LANG": "C.UTF-8", "TERM": "xterm"]

  @Test func autoIsABarOnATerminalOnly() {
    #expect(ProgressStyle(.auto, isTerminal: true, environment: Self.utf8) == .bar(blocks: true))
    #expect(ProgressStyle(.auto, isTerminal: false, environment: Self.utf8) == .plain)
  }

  @Test func whatIsAskedForIsTaken() {
    for isTerminal in [false, true] {
      #expect(ProgressStyle(.bar, isTerminal: isTerminal, environment: Self.utf8) == .bar(blocks: true))
      #expect(ProgressStyle(.plain, isTerminal: isTerminal, environment: Self.utf8) == .plain)
      #expect(ProgressStyle(.json, isTerminal: isTerminal, environment: Self.utf8) == .json)
      #expect(ProgressStyle(.none, isTerminal: isTerminal, environment: Self.utf8) == .none)
    }
  }

  @Test func aDumbTerminalHasNoBar() {
    for mode in [ProgressMode.auto, .bar] {
      #expect(ProgressStyle(mode, isTerminal: true, environment: ["LANG": "C.UTF-8", "TERM": "dumb"]) == .plain)
    }
    #expect(ProgressStyle(.json, isTerminal: true, environment: ["TERM": "dumb"]) == .json)
  }

  @Test(arguments: [
    (["LANG": "de_DE.UTF-8"], true), (["LANG": "de_DE.utf8@euro"], true), (["LANG": "de_DE"], false),
    (["LANG": "de_DE.ISO-8859-1"], false), ([:], false), (["LC_ALL": "C", "LANG": "C.UTF-8"], false),
    (["LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"], true), (["LC_CTYPE": "POSIX", "LANG": "C.UTF-8"], false),
  ])
  func blocksAreForUTF8(_ environment: [String: String], _ blocks: Bool) {
    #expect(ProgressStyle(.auto, isTerminal: true, environment: environment) == .bar(blocks: blocks))
  }
}
