import Testing

@testable import PixLaunch

@Suite struct PythonRequestTests {
  private static func request(_ words: String...) -> PythonRequest? { PythonRequest(words[...]) }

  @Test func onlyALeadingPythonOptionIsOurs() {
    #expect(Self.request("run", "train.py", "--python", "x")?.python == nil)
    #expect(Self.request("run", "train.py", "--help")?.arguments == ["train.py", "--help"])
    #expect(Self.request("run", "--python", "v", "train.py", "a")?.python == "v")
    #expect(Self.request("run", "--python", "v", "train.py", "a")?.arguments == ["train.py", "a"])
    #expect(Self.request("run", "--python=v=w", "-m", "pkg")?.python == "v=w")
    #expect(Self.request("run", "--python", "a", "--python=b", "-")?.python == "b")
    #expect(Self.request("run", "--version")?.arguments == ["--version"])
    #expect(Self.request("run", "--", "-x.py")?.arguments == ["--", "-x.py"])
    #expect(Self.request("run", "repl")?.arguments == ["repl"])
  }

  @Test(arguments: [[], ["--help"], ["-h"], ["--python"], ["--python", "v"], ["--python=v", "--help"]])
  func nothingToRun(arguments: [String]) {
    #expect(PythonRequest(["run"] + arguments) == nil)
  }

  @Test(arguments: [
    ["-m", "pytest"], ["-mpytest"], ["-c", "pass"], ["-"], ["--", "x"], ["-u", "train.py"], ["-X", "dev", "train.py"],
    ["-Werror", "train.py"], ["-I", "-"], ["train.py", "a"], ["./pack"], ["/srv/run"], ["app.zip"], ["."],
    ["missing.py"],
  ])
  func whatBeginsAsPythonsCommandLinesIsPythons(words: [String]) {
    #expect(PythonRequest(words[...])?.arguments == words[...])
    #expect(PythonRequest(words[...])?.purpose == .program)
  }

  @Test func ourOptionMayComeFirstThereToo() {
    #expect(Self.request("--python", "v", "train.py")?.python == "v")
    #expect(Self.request("--python=v", "-c", "pass")?.arguments == ["-c", "pass"])
  }

  @Test(arguments: [
    [], ["pack", "a", "b"], ["info", "./pets"], ["help"], ["train"], ["-h"], ["--help"], ["-V"], ["--version"], [""],
    ["--generate-completion-script", "bash"],
  ])
  func everythingElseIsNot(words: [String]) {
    #expect(PythonRequest(words[...]) == nil)
  }

  @Test func aPromptTakesTwoOptions() {
    #expect(Self.request("repl")?.purpose == .prompt)
    #expect(Self.request("repl", "--plain")?.purpose == .plainPrompt)
    #expect(Self.request("repl", "--python", "v", "--plain")?.python == "v")
    #expect(Self.request("repl", "--plain", "--python=v")?.arguments == [])
    for words in [["--help"], ["--python"], ["script.py"], ["-X", "dev"]] {
      #expect(PythonRequest(["repl"] + words) == nil)
    }
  }
}
