import Testing

@testable import PixEnvironment

@Suite struct PythonEnvironmentTests {
  static func environment(_ facts: [String: String] = [:]) -> PythonEnvironment? {
    let usual = ["prefix": "/env", "base": "/usr", "packages": "/env/lib/site-packages"]
    let all = usual.merging(facts) { _, one in one }
    let lines = all.map { "pixcrawler\t\($0.key)\t\($0.value)" }
    return PythonFacts(lines.joined(separator: "\n")).map { PythonEnvironment(python: "/env/bin/python", $0) }
  }

  @Test(
    arguments: [
      ([:], .virtual), (["conda": "yes", "base": "/env"], .conda), (["conda": "yes"], .virtual),
      (["base": "/env"], .installation),
    ] as [([String: String], PythonEnvironment.Kind)])
  func kindsAreTold(facts: [String: String], kind: PythonEnvironment.Kind) {
    #expect(Self.environment(facts)?.kind == kind)
  }

  @Test func whatPipKnowsIsInstalled() {
    let installed = Self.environment(["installed.version": "0.0.9", "installed.folder": "/elsewhere"])?.installed
    #expect(installed?.description == "pixcrawler 0.0.9 in /elsewhere")
    #expect(installed?.removal == "/env/bin/python -m pip uninstall pixcrawler")
    #expect(Self.environment()?.installed == nil)
  }

  @Test func packagesAreInstalledAsTheEnvironmentAllows() {
    #expect(
      Self.environment(["pip": "yes"])?.installation(of: "numpy") == "/env/bin/python -m pip install numpy")
    #expect(
      Self.environment()?.installation(of: "numpy")
        == "/env/bin/python -m ensurepip && /env/bin/python -m pip install numpy")
    #expect(
      Self.environment(["pip": "yes", "managed": "yes"])?.installation(of: "numpy")
        == "/env/bin/python -m pip install numpy", "the base's manager does not look after a venv")
    #expect(
      Self.environment(["pip": "yes", "managed": "yes", "base": "/env"])?.installation(of: "numpy")
        == "/env/bin/python -m venv .venv && .venv/bin/python -m pip install numpy")
  }
}
