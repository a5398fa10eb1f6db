import Testing

@testable import PixLaunch

@Suite struct FailureTests {
  @Test func aTerminalHasNothingToObey() {
    #expect(Failure.harmless("two\nlines\tof 😀 é") == "two\nlines\tof 😀 é")
    #expect(Failure.harmless("\u{1B}[2J\0\r\u{9B}\u{7F}") == "\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
  }
}
