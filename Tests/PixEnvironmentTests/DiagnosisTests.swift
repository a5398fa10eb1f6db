import PixVersion
import Testing

@testable import PixEnvironment
@testable import PixLaunch

@Suite struct DiagnosisTests {
  /// What a run under `/env/bin/python` that said these facts comes to.
  static func diagnosis(
    _ facts: [String: String?] = [:], end: String = "exit 0", library: String? = "/usr/lib/libpython3.11.so.1.0"
  ) throws -> Diagnosis? {
    let usual: [String: String?] = [
      "prefix": "/env", "base": "/usr", "packages": "/env/site", "pip": "yes", "module": "/pix/__init__.abi3.so",
      "module.version": PixCrawlerVersion.text, "module.done": "yes", "numpy": "2.4.6", "numpy.done": "yes",
    ]
    let lines = usual.merging(facts) { _, one in one }.compactMap { name, value in
      value.map { "echo 'pixcrawler\t\(name)\t\($0)'" }
    }
    let script = (lines + [end]).joined(separator: "\n")
    let choice = InterpreterChoice(rule: .nearestVenv, python: "/env/bin/python")
    return Diagnosis(
      choice, try Interpreter(python: choice.python, version: PythonVersion(3, 11), library: library),
      Installation(program: "/pix/bin/pixcrawler", home: nil), try ProgramOutput(of: ["/bin/sh", "-c", script]))
  }

  private static func findings(
    _ facts: [String: String?] = [:], end: String = "exit 0"
  ) throws -> [Diagnosis.Finding] {
    try #require(try diagnosis(facts, end: end)).findings
  }

  @Test func nothingIsWrongWhereAllIsThere() throws {
    let diagnosis = try #require(try Self.diagnosis(["torch": "2.13.0", "pandas": "3"]))
    #expect(diagnosis.isHealthy && diagnosis.findings.isEmpty)
    #expect(diagnosis.version == "3.11")
    #expect(try Self.diagnosis(["version": "3.11.2"])?.version == "3.11.2")
    #expect(diagnosis.versions == ["numpy": "2.4.6", "torch": "2.13.0", "pandas": "3"])
  }

  @Test func aPythonWithoutASharedLibraryIsAFindingAndNoFailure() throws {
    let diagnosis = try #require(try Self.diagnosis(library: nil))
    #expect(diagnosis.isHealthy)
    #expect(diagnosis.findings.first?.advice.contains("apt install libpython3.11") == true)
  }

  @Test func aPythonThatSaysNothingIsNoDiagnosis() throws {
    #expect(try Self.diagnosis(["prefix": nil]) == nil)
  }

  @Test func missingNumPyIsAFindingAndNoFailure() throws {
    #expect(try Self.diagnosis(["numpy": nil])?.isHealthy == true)
    #expect(
      try Self.findings(["numpy": nil])
        == [.init(problem: "NumPy is not installed", advice: "/env/bin/python -m pip install numpy")])
  }

  @Test func brokenNumPySaysWhy() throws {
    let found = try Self.findings(["numpy": nil, "numpy.failure": "no libblas"])
    #expect(found.map(\.problem) == ["NumPy cannot be imported: no libblas"])
    let crashed = try Self.findings(["numpy": nil, "numpy.done": nil], end: "kill -SEGV $$")
    #expect(crashed.map(\.problem) == ["NumPy cannot be imported: it was ended by signal 11"])
  }

  @Test func aModuleThatCannotBeImportedIsAFailure() throws {
    for facts: [String: String?] in [
      ["module": nil, "module.failure": "libjpeg.so.62: cannot open shared object file"],
      ["module": nil, "module.done": nil],
    ] {
      let diagnosis = try #require(try Self.diagnosis(facts, end: "exit 9"))
      #expect(!diagnosis.isHealthy)
      #expect(
        diagnosis.findings.first?.advice
          == "ldd /pix/lib/pixcrawler/python/pixcrawler/__init__.abi3.so shows which library is missing")
    }
  }

  @Test func anotherVersionIsSaid() throws {
    let found = try Self.findings(["module.version": "0.0.9", "installed.version": "0.0.9"])
    #expect(
      found == [
        .init(
          problem: "scripts import pixcrawler 0.0.9, which is installed here, not \(PixCrawlerVersion.text)",
          advice: "/env/bin/python -m pip uninstall pixcrawler")
      ])
    #expect(try Self.findings(["installed.version": PixCrawlerVersion.text]).isEmpty)
  }
}
