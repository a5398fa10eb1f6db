import PixLaunch
import Testing

@testable import PixEnvironment

@Suite struct PythonFactsTests {
  @Test func othersWordsAreNoFacts() {
    let facts = PythonFacts(
      "hello\npixcrawler\tprefix\t/a path\tb\n\npixcrawler loves you\nxpixcrawler\tbase\t/no\nbye pixcrawler\tbase\t/no"
    )
    #expect(facts["prefix"] == "/a path\tb")
    #expect(facts["base"] == nil)
  }

  @Test func theLastWordCounts() {
    #expect(PythonFacts("pixcrawler\tprefix\t/a\npixcrawler\tprefix\t/b")["prefix"] == "/b")
  }

  @Test func aRealPythonAnswers() throws {
    let python = "/usr/bin/python3"
    let noise = "import sys; print('noise', end=''); sys.stdout = None\n"
    let run = try ProgramOutput(of: [python, "-I", "-c", noise + PythonFacts.prelude])
    let facts = PythonFacts(run.output)
    #expect(facts["prefix"] == "/usr", "\(run.errors)")
    #expect(facts["base"] == "/usr")
    #expect(facts["packages"]?.contains("/python3") == true)
    #expect(run.ending == .exited(0))
  }
}
