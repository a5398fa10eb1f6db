import Testing

@testable import PixLaunch

@Suite struct LaunchErrorTests {
  private static let choice = InterpreterChoice(rule: .activeVenv, python: "/v/bin/python")

  @Test(arguments: [
    (LaunchError.unusable(rule: .environment, named: "/none"), ["PIXCRAWLER_PYTHON", "/none"]),
    (
      .unsuitable(choice, .tooOld(PythonVersion(3, 9))),
      ["/v/bin/python", "VIRTUAL_ENV", "Python 3.9", "3.10", "install"]
    ),
    (.unsuitable(choice, .freeThreaded(PythonVersion(3, 13))), ["free-threaded", "install the ordinary python3.13"]),
    (.unsuitable(choice, .otherImplementation("pypy")), ["pypy", "CPython 3.10 or newer", "install"]),
    (.unsuitable(choice, .notPython), ["/v/bin/python", "VIRTUAL_ENV"]),
    (.unsuitable(choice, .broken(reason: "no such file")), ["no such file"]),
    (.noInterpreter, ["no python3 on PATH", "install CPython 3.10 or newer"]),
  ])
  func oneLineSaysWhatWasFoundByWhichRuleAndWhatToDo(error: LaunchError, parts: [String]) {
    let text = error.description
    for part in parts + ["pixcrawler run --python PATH script.py"] { #expect(text.contains(part)) }
    #expect(!text.contains("\n"))
    #expect(error.exitStatus == 2)
  }

  @Test func anIncompleteInstallationIsNotTheUsersMistake() {
    let error = LaunchError.incomplete(program: "/p/commands", reason: "No such file or directory")
    #expect(error.exitStatus == 1)
    #expect(error.description.contains("/p/commands: No such file or directory"))
  }
}
