import Testing

@testable import PixLaunch

@Suite struct ProgramOutputTests {
  private static func shell(_ script: String, within seconds: Int = 30) throws -> ProgramOutput {
    try ProgramOutput(of: ["/bin/sh", "-c", script], within: seconds)
  }

  @Test func bothStreamsAndTheStatusAreKept() throws {
    let run = try Self.shell("echo out; echo err >&2; cat; exit 7")
    #expect(run.output == "out\n")
    #expect(run.errors == "err\n")
    #expect(run.ending == .exited(7))
  }

  @Test func aSignalIsNoStatus() throws {
    #expect(try Self.shell("kill -9 $$").ending == .killed(signal: 9))
  }

  @Test func muchOutputIsReadToItsEnd() throws {
    let run = try Self.shell("yes | head -n 1000000; echo last; yes | head -n 1000000 >&2")
    #expect(run.ending == .exited(0))
    #expect(run.output.hasSuffix("\nlast\n"))
    #expect(run.output.utf8.count <= 1 << 17)
  }

  @Test func whatTakesTooLongIsKilled() throws {
    let run = try Self.shell("echo begun; exec sleep 60", within: 1)
    #expect(run.ending == .timedOut)
    #expect(run.output == "begun\n")
    #expect(run.failure == "it took too long")
  }

  @Test func whatItLeavesBehindIsNotWaitedFor() throws {
    let run = try Self.shell("sleep 5 & echo done", within: 3)
    #expect(run.ending == .exited(0))
    #expect(run.output == "done\n")
  }

  @Test(arguments: [
    ("echo 'Fatal Python error' >&2; echo 'ImportError: why' >&2; echo ' <no frame>' >&2; exit 1", "ImportError: why"),
    ("echo what; echo 'no such thing' >&2; exit 1", "no such thing"),
    ("exit 3", "it ended with status 3 and said nothing"), ("kill -9 $$", "it was ended by signal 9"),
  ])
  func failuresAreOneLine(script: String, words: String) throws {
    #expect(try Self.shell(script).failure == words)
  }

  @Test func whatCannotBeStartedSaysWhy() {
    #expect(throws: ProgramOutput.NotStarted(reason: "No such file or directory")) {
      try ProgramOutput(of: ["/no/python"])
    }
  }
}
