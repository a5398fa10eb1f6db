import Testing

@testable import PixEnvironment
@testable import PixLaunch

@Suite struct PythonFactsTests {
  private static let whole = "pixcrawler\tprefix\t/env\npixcrawler\tbase\t/usr\npixcrawler\tpackages\t/env/lib\n"

  @Test func othersWordsAreNoFacts() throws {
    let facts = try #require(
      PythonFacts("hello\n\(Self.whole)\npixcrawler loves you\nxpixcrawler\tpip\tno\nbye pixcrawler\tpip\tno"))
    #expect(facts.prefix == "/env")
    #expect(facts["pip"] == nil)
  }

  @Test func theLastWordCounts() throws {
    #expect(PythonFacts(Self.whole + "pixcrawler\tprefix\t/a path\tb")?.prefix == "/a path\tb")
  }

  @Test(arguments: ["prefix", "base", "packages"])
  func halfAnAnswerIsNone(missing: String) {
    #expect(PythonFacts(Self.whole.replacing("\t\(missing)\t", with: "\tother\t")) == nil)
  }

  @Test func whatDoesNotAnswerSaysWhy() throws {
    let choice = InterpreterChoice(rule: .option, python: "/bin/sh")
    let shell = try Interpreter(python: "/bin/sh", version: PythonVersion(3, 12), library: nil)
    #expect(throws: LaunchError.unsuitable(choice, .broken(reason: "it ended with status 7 and said nothing"))) {
      try PythonFacts(asking: shell, choice, ["-c", "exit 7"])
    }
  }

  @Test func aRealPythonAnswers() throws {
    let python = "/usr/bin/python3"
    let noise = "import sys; print('noise', end=''); sys.stdout = None\n"
    let run = try ProgramOutput(of: [python, "-I", "-c", noise + PythonFacts.prelude])
    let facts = try #require(PythonFacts(run.output), "\(run.errors)")
    #expect(facts.prefix == "/usr")
    #expect(facts.base == "/usr")
    #expect(facts.packages.contains("/python3"))
    #expect(run.ending == .exited(0))
  }
}
