import Testing

@testable import PixLaunch

@Suite struct RunRequestTests {
  @Test func onlyALeadingPythonOptionIsOurs() {
    #expect(RunRequest(["train.py", "--python", "x"])?.python == nil)
    #expect(RunRequest(["train.py", "--help"])?.arguments == ["train.py", "--help"])
    #expect(RunRequest(["--python", "v", "train.py", "a"])?.python == "v")
    #expect(RunRequest(["--python", "v", "train.py", "a"])?.arguments == ["train.py", "a"])
    #expect(RunRequest(["--python=v=w", "-m", "pkg"])?.python == "v=w")
    #expect(RunRequest(["--python", "a", "--python=b", "-"])?.python == "b")
    #expect(RunRequest(["--version"])?.arguments == ["--version"])
    #expect(RunRequest(["--", "-x.py"])?.arguments == ["--", "-x.py"])
  }

  @Test(arguments: [[], ["--help"], ["-h"], ["--python"], ["--python", "v"], ["--python=v", "--help"]])
  func nothingToRun(arguments: [String]) {
    #expect(RunRequest(arguments[...]) == nil)
  }
}
