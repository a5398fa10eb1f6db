/// What an interpreter says about itself when it is run once.
struct InterpreterAnswer: Equatable {
  /// Runs under any Python back to 2.7; the current folder, first on its path, must not shadow `sysconfig`.
  static let question = """
    import sys
    sys.path[:] = [p for p in sys.path if p]
    import sysconfig
    v = lambda n: str(sysconfig.get_config_var(n) or "")
    sys.stdout.write("\\n".join([
      "pixcrawler", sys.executable or "", getattr(getattr(sys, "implementation", None), "name", "cpython"),
      "%d.%d" % sys.version_info[:2], v("Py_GIL_DISABLED"), v("Py_ENABLE_SHARED"), v("INSTSONAME"),
      v("LIBDIR"), v("MULTIARCH"), ""]))
    """

  var executable: String
  var implementation: String
  var version: PythonVersion
  var isFreeThreaded: Bool
  /// Where its shared library may lie; empty for an interpreter built without one.
  var libraries: [String]

  /// Lines before the marker are whatever a site customization printed.
  init?(_ output: String) {
    let all = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let marker = all.lastIndex(of: "pixcrawler") else { return nil }
    let lines = all[marker...].dropFirst().map { $0 }
    guard lines.count >= 8, let version = PythonVersion(lines[2]) else { return nil }
    executable = lines[0]
    implementation = lines[1]
    self.version = version
    isFreeThreaded = lines[3] == "1"
    libraries =
      lines[4] == "1" && lines[5].contains(".so")
      ? ["\(lines[6])/\(lines[5])", "\(lines[6])/\(lines[7])/\(lines[5])"] : []
  }

  /// Shims answer with the interpreter that they stand for, which then takes their place.
  func interpreter(asked python: String, _ files: some FileSystem) throws(InterpreterFault) -> Interpreter {
    guard implementation == "cpython" else { throw .otherImplementation(implementation) }
    guard !isFreeThreaded else { throw .freeThreaded(version) }
    return try Interpreter(
      python: executable.hasPrefix("/") ? executable : python, version: version,
      library: libraries.first(where: files.isReadable))
  }
}
