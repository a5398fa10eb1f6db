import Testing

@testable import PixLaunch

@Suite struct InterpreterChoiceTests {
  private static let files = FakeFileSystem(
    programs: [
      "/opt/py/bin/python3", "/active/bin/python", "/home/me/.venv/bin/python", "/usr/bin/python3",
      "/usr/bin/python3.12", "/home/me/work/env/bin/python", "/conda/bin/python", "/linked/bin/python",
      "/linked/conda/bin/python",
    ],
    folders: [
      "/opt/py", "/active", "/home/me/.venv", "/home/me/work/env", "/home/broken/.venv",
      "/home/me/python3.12", "/conda", "/linked", "/linked/conda", "/linked/conda/conda-meta",
    ],
    texts: ["/linked/pyvenv.cfg": ""])

  private static func choice(
    _ option: String? = nil, _ environment: [String: String] = ["PATH": "/usr/bin"],
    in folder: String = "/tmp", program: String = "/usr/bin/pixcrawler"
  ) throws -> InterpreterChoice {
    try InterpreterChoice(
      option: option, environment: environment, currentFolder: folder, program: program, files: files)
  }

  private static let everything = [
    "PIXCRAWLER_PYTHON": "/usr/bin/python3.12", "VIRTUAL_ENV": "/active", "CONDA_PREFIX": "/conda",
    "CONDA_DEFAULT_ENV": "pets", "PATH": "/usr/bin",
  ]

  @Test func rulesApplyInTheirOrder() throws {
    var environment = Self.everything
    let here = "/home/me/work/deep"
    #expect(
      try Self.choice("/opt/py", environment, in: here)
        == InterpreterChoice(rule: .option, python: "/opt/py/bin/python3"))
    #expect(
      try Self.choice(nil, environment, in: here)
        == InterpreterChoice(rule: .environment, python: "/usr/bin/python3.12"))
    environment["PIXCRAWLER_PYTHON"] = nil
    #expect(
      try Self.choice(nil, environment, in: "/linked", program: "bin/pixcrawler")
        == InterpreterChoice(rule: .ownEnvironment, python: "/linked/bin/python"))
    #expect(
      try Self.choice(nil, environment, in: here)
        == InterpreterChoice(rule: .activeVenv, python: "/active/bin/python"))
    environment["VIRTUAL_ENV"] = nil
    #expect(
      try Self.choice(nil, environment, in: here)
        == InterpreterChoice(rule: .activeConda, python: "/conda/bin/python"))
    environment["CONDA_DEFAULT_ENV"] = "base"
    #expect(
      try Self.choice(nil, environment, in: here)
        == InterpreterChoice(rule: .nearestVenv, python: "/home/me/.venv/bin/python"))
    #expect(
      try Self.choice(nil, environment, in: "/tmp")
        == InterpreterChoice(rule: .path, python: "/usr/bin/python3"))
  }

  @Test(arguments: ["/linked/bin/pixcrawler", "/linked/conda/bin/pixcrawler"])
  func aLinkInAnEnvironmentChoosesIt(program: String) throws {
    #expect(try Self.choice(program: program).python == program.replacing("pixcrawler", with: "python"))
    #expect(try Self.choice(program: "/opt/py/bin/pixcrawler").rule == .path)
  }

  @Test func aVersionIsLookedForOnThePath() throws {
    #expect(try Self.choice("3.12").python == "/usr/bin/python3.12")
    #expect(throws: LaunchError.unusable(rule: .option, named: "3.99")) { try Self.choice("3.99") }
    #expect(throws: LaunchError.unusable(rule: .option, named: "3")) { try Self.choice("3") }
  }

  @Test func emptyVariablesAreNoRules() throws {
    let environment = ["PIXCRAWLER_PYTHON": "", "VIRTUAL_ENV": "", "PATH": "/nowhere:/usr/bin"]
    #expect(try Self.choice(nil, environment).rule == .path)
  }

  @Test(arguments: [
    ("env", "/home/me/work/env/bin/python"), ("./env/", "/home/me/work/./env/bin/python"),
    ("env/bin/python", "/home/me/work/env/bin/python"), ("python3.12", "/usr/bin/python3.12"),
    ("../../me/.venv", "/home/me/work/../../me/.venv/bin/python"),
  ])
  func anOptionMayBeAFolderAnInterpreterOrACommand(named: String, python: String) throws {
    var files = Self.files
    files.folders.formUnion(["/home/me/work/./env", "/home/me/work/../../me/.venv"])
    files.programs.formUnion(["/home/me/work/./env/bin/python", "/home/me/work/../../me/.venv/bin/python"])
    let choice = try InterpreterChoice(
      option: named, environment: ["PATH": "/usr/bin"], currentFolder: "/home/me/work",
      program: "/usr/bin/pixcrawler", files: files)
    #expect(choice.python == python)
  }

  @Test func whatARuleNamesIsNeverSilentlySkipped() {
    #expect(throws: LaunchError.unusable(rule: .option, named: "/none")) {
      try Self.choice("/none", Self.everything)
    }
    #expect(throws: LaunchError.unusable(rule: .option, named: "")) { try Self.choice("", Self.everything) }
    #expect(throws: LaunchError.unusable(rule: .environment, named: "pythonx")) {
      try Self.choice(nil, ["PIXCRAWLER_PYTHON": "pythonx", "VIRTUAL_ENV": "/active", "PATH": "/usr/bin"])
    }
    #expect(throws: LaunchError.unusable(rule: .activeVenv, named: "/gone")) {
      try Self.choice(nil, ["VIRTUAL_ENV": "/gone", "PATH": "/usr/bin"])
    }
    #expect(throws: LaunchError.unusable(rule: .nearestVenv, named: "/home/broken/.venv")) {
      try Self.choice(in: "/home/broken/src")
    }
    #expect(throws: LaunchError.noInterpreter) { try Self.choice(nil, ["PATH": "/nowhere"]) }
    #expect(throws: LaunchError.noInterpreter) { try Self.choice(nil, [:], in: "/") }
  }

  @Test func thePathsEmptyEntriesAreNotTheCurrentFolder() {
    #expect(throws: LaunchError.noInterpreter) { try Self.choice(nil, ["PATH": "::"], in: "/usr/bin") }
  }
}
