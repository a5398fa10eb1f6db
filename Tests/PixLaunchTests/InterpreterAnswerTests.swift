import Testing

@testable import PixLaunch

@Suite struct InterpreterAnswerTests {
  private let files = FakeFileSystem(libraries: ["/opt/lib/libpython3.12.so.1.0"])

  private func answer(
    name: String = "cpython", version: String = "3.12", free: String = "", shared: String = "1"
  ) -> InterpreterAnswer? {
    InterpreterAnswer(
      """
      noise from sitecustomize
      pixcrawler
      /opt/bin/python3.12
      \(name)
      \(version)
      \(free)
      \(shared)
      libpython3.12.so.1.0
      /opt/lib
      x86_64-linux-gnu

      """)
  }

  @Test func aShimGivesWayToWhatItStandsFor() throws {
    let interpreter = try answer()?.interpreter(asked: "/shims/python3", files)
    #expect(interpreter?.python == "/opt/bin/python3.12")
    #expect(interpreter?.library == "/opt/lib/libpython3.12.so.1.0")
  }

  @Test func aStaticInterpreterHasNoLibrary() throws {
    let interpreter = try answer(shared: "0")?.interpreter(asked: "/p", files)
    #expect(interpreter?.python == "/opt/bin/python3.12")
    #expect(interpreter?.library == nil)
  }

  @Test func othersAreRefused() {
    #expect(throws: InterpreterFault.otherImplementation("pypy")) {
      try answer(name: "pypy")?.interpreter(asked: "/p", files)
    }
    #expect(throws: InterpreterFault.freeThreaded(PythonVersion(3, 13))) {
      try answer(version: "3.13", free: "1")?.interpreter(asked: "/p", files)
    }
    #expect(throws: InterpreterFault.tooOld(PythonVersion(3, 9))) {
      try answer(version: "3.9")?.interpreter(asked: "/p", files)
    }
  }

  @Test func whatIsNoPythonGivesNoAnswer() {
    #expect(InterpreterAnswer("") == nil)
    #expect(InterpreterAnswer("pixcrawler\nshort\n") == nil)
    #expect(throws: InterpreterFault.notPython) { try InterpreterQuery.ask("/bin/true", files) }
    #expect(throws: InterpreterFault.notPython) { try InterpreterQuery.ask("/bin/cat", files) }
  }
}
