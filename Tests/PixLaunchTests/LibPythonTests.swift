import Testing

@testable import PixLaunch

@Suite struct LibPythonTests {
  private func found(_ python: String, _ files: FakeFileSystem) throws -> Interpreter? {
    try LibPython(files: files).interpreter(python)
  }

  @Test func debiansVenvLeadsToTheMultiarchLibrary() throws {
    #if arch(x86_64)
    let library = "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0"
    #else
    let library = "/usr/lib/aarch64-linux-gnu/libpython3.11.so.1.0"
    #endif
    let files = FakeFileSystem(
      links: [
        "/v/bin/python": "/v/bin/python3", "/v/bin/python3": "/usr/bin/python3",
        "/usr/bin/python3": "/usr/bin/python3.11",
      ],
      texts: ["/v/pyvenv.cfg": "home = /usr/bin\nversion = 3.11.2\n"], libraries: [library])
    #expect(
      try found("/v/bin/python", files)
        == Interpreter(python: "/v/bin/python", version: PythonVersion(3, 11), library: library))
  }

  @Test func aCopiedInterpreterIsKnownByItsVenvsConfiguration() throws {
    let files = FakeFileSystem(
      texts: ["/v/pyvenv.cfg": "home=/opt/py/bin\nversion_info = 3.13.0.final.0\n"],
      libraries: ["/opt/py/lib/libpython3.13.so.1.0"])
    let interpreter = try found("/v/bin/python3", files)
    #expect(interpreter?.library == "/opt/py/lib/libpython3.13.so.1.0")
    #expect(interpreter?.version == PythonVersion(3, 13))
  }

  @Test func theRealNameOutranksAStaleConfiguration() throws {
    let files = FakeFileSystem(
      links: ["/v/bin/python": "/usr/bin/python3.12"],
      texts: ["/v/pyvenv.cfg": "home = /usr/bin\nversion = 3.11.2\n"],
      libraries: ["/usr/lib/libpython3.11.so.1.0", "/usr/lib/libpython3.12.so.1.0"])
    #expect(try found("/v/bin/python", files)?.version == PythonVersion(3, 12))
  }

  @Test(arguments: [
    "/shims/python3", "/opt/pypy/bin/pypy3.10", "/usr/bin/python3.11d", "/usr/bin/python3.11",
  ])
  func whatFilesDoNotTellMustBeAsked(python: String) throws {
    let files = FakeFileSystem(texts: ["/shims/python3": "#!/usr/bin/env bash\nexec pyenv"])
    #expect(try found(python, files) == nil)
  }

  @Test func oldAndFreeThreadedOnesAreRefused() {
    #expect(throws: InterpreterFault.tooOld(PythonVersion(3, 9))) {
      try found("/usr/bin/python3.9", FakeFileSystem())
    }
    #expect(throws: InterpreterFault.tooOld(PythonVersion(2, 7))) {
      try found("/p", FakeFileSystem(links: ["/p": "/opt/bin/python2.7"]))
    }
    #expect(throws: InterpreterFault.freeThreaded(PythonVersion(3, 13))) {
      try found("/usr/bin/python3.13t", FakeFileSystem())
    }
  }
}
