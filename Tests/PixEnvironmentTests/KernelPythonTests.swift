import Testing

@testable import PixEnvironment
@testable import PixLaunch

@Suite struct KernelPythonTests {
  private let interpreter: Interpreter

  init() throws {
    interpreter = try Interpreter(python: "/env/bin/python", version: PythonVersion(3, 12), library: nil)
  }

  private func python(_ facts: String...) -> KernelPython? {
    let lines = facts.map { "pixcrawler\t\($0.split(separator: "=").joined(separator: "\t"))" }
    return PythonFacts(lines.joined(separator: "\n")).map { KernelPython(interpreter, $0) }
  }

  @Test func withIPyKernelItIsAKernel() throws {
    let answer = try #require(python("prefix=/env", "base=/usr", "packages=/env/lib", "ipykernel=yes"))
    #expect(answer.prefix == "/env")
    let kernel = try answer.kernel(program: "/p", displayName: nil, version: "1")
    #expect(
      kernel
        == KernelSpec(
          program: "/p", python: "/env/bin/python", displayName: "Python 3.12 (pixcrawler)", version: "1"))
    #expect(try answer.kernel(program: "/p", displayName: "Mine", version: "1").displayName == "Mine")
  }

  @Test func withoutItTheCommandIsSaid() throws {
    let answer = try #require(python("prefix=/env", "base=/usr", "packages=/env/lib", "pip=yes"))
    #expect(
      throws: EnvironmentError.noKernelSupport(
        python: "/env/bin/python", installation: "/env/bin/python -m pip install ipykernel")
    ) { try answer.kernel(program: "/p", displayName: nil, version: "1") }
  }

  @Test func halfAnAnswerIsNone() {
    #expect(python("ipykernel=yes") == nil)
  }
}
