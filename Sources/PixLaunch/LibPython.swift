/// Finds the shared library of an interpreter from files alone.
///
/// A venv's python is a link to (or a copy of) the one it was made from; that one's real name carries the version
/// (`/usr/bin/python3.11`), and its library lies beside it: `/usr/lib/libpython3.11.so.1.0`, or in the multiarch
/// folder on Debian.
struct LibPython<Files: FileSystem> {
  let files: Files

  /// Nil where the files do not tell, as with pyenv's shims (shell scripts) and statically linked interpreters.
  func interpreter(_ python: String) throws(InterpreterFault) -> Interpreter? {
    let real = files.resolved(python)
    guard files.beginning(of: real)?.hasPrefix("#!") != true else { return nil }
    let venv = files.beginning(of: "\(Interpreter.prefix(of: python))/pyvenv.cfg").map { VenvConfiguration($0) }
    guard let version = try version(named: real) ?? (isPlainName(real) ? venv?.version : nil) else { return nil }
    guard version >= Interpreter.oldest else { throw .tooOld(version) }
    let prefixes =
      [Interpreter.prefix(of: real)]
      + (venv?.home.map { [Interpreter.prefix(of: files.resolved($0) + "/python")] } ?? [])
    guard let library = library(version, in: prefixes) else { return nil }
    return try Interpreter(python: python, version: version, library: library)
  }

  /// The library of this version in the first of the installations that has it.
  func library(_ version: PythonVersion, in prefixes: [String]) -> String? {
    let name = "libpython\(version).so.1.0"
    return prefixes.lazy
      .flatMap { ["\($0)/lib/\(name)", "\($0)/lib/\(Self.multiarch)/\(name)", "\($0)/lib64/\(name)"] }
      .first(where: files.isReadable)
  }

  /// The version that the interpreter's real name ends in; nil for a name without one.
  private func version(named real: String) throws(InterpreterFault) -> PythonVersion? {
    let name = fileName(real)
    guard name.hasPrefix("python") else { return nil }
    let suffix = name.dropFirst("python".count)
    if suffix.hasSuffix("t"), let version = PythonVersion(suffix.dropLast()) {
      throw .freeThreaded(version)
    }
    return PythonVersion(suffix)
  }

  /// A copied interpreter of a venv is called python or python3: its version is in pyvenv.cfg.
  private func isPlainName(_ real: String) -> Bool { ["python", "python3"].contains(fileName(real)) }

  private func fileName(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }

  #if arch(arm64)
  private static var multiarch: String { "aarch64-linux-gnu" }
  #else
  private static var multiarch: String { "x86_64-linux-gnu" }
  #endif
}
