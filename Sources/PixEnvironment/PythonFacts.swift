import PixLaunch

/// What a Python said of itself, one fact a line, whatever else was printed around them.
struct PythonFacts: Equatable {
  /// Python code that gathers what both questions need, and defines `tell`.
  ///
  /// The current folder, first on its path under `-c`, shadows nothing; the standard library comes before whatever
  /// PYTHONPATH holds, as long as its own modules are imported. Facts are written past `sys.stdout`, which a site
  /// customization may have replaced.
  static let prelude = """
    import sys
    sys.path[:] = [folder for folder in sys.path if folder]
    import os
    searched = sys.path[:]
    sys.path.insert(0, os.path.dirname(os.__file__))
    import sysconfig, importlib.util, importlib.metadata
    sys.path[:] = searched

    def tell(name, value):
        if value is not None:
            line = "\\npixcrawler\\t%s\\t%s\\n" % (name, " ".join(str(value).splitlines()))
            os.write(1, line.encode("utf-8", "replace"))

    def spec(name):
        try:
            found = importlib.util.find_spec(name)
        except Exception:
            return None
        return found if found and found.origin else None

    tell("prefix", sys.prefix)
    tell("base", sys.base_prefix)
    tell("packages", sysconfig.get_path("purelib"))
    tell("pip", spec("pip") and "yes")
    conda = os.path.join(sys.prefix, "conda-meta")
    tell("conda", "yes" if os.path.isdir(conda) else None)
    managed = os.path.join(sysconfig.get_path("stdlib", sysconfig.get_default_scheme()), "EXTERNALLY-MANAGED")
    tell("managed", "yes" if os.path.isfile(managed) else None)
    try:
        installed = importlib.metadata.distribution("pixcrawler")
        tell("installed.version", installed.version)
        tell("installed.folder", installed.locate_file(""))
    except Exception:
        pass

    """

  let prefix: String
  /// The prefix of the installation behind it.
  let base: String
  /// The folder that pip installs pure Python packages into.
  let packages: String
  private let values: [Substring: String]

  /// Nil where the prelude did not come to its end.
  init?(_ output: String) {
    let facts = output.split(whereSeparator: \.isNewline).compactMap { line -> (Substring, String)? in
      let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
      return parts.count == 3 && parts[0] == "pixcrawler" ? (parts[1], String(parts[2])) : nil
    }
    values = Dictionary(facts, uniquingKeysWith: { _, last in last })
    guard let prefix = values["prefix"], let base = values["base"], let packages = values["packages"] else {
      return nil
    }
    self.prefix = prefix
    self.base = base
    self.packages = packages
  }

  /// Runs an interpreter with these arguments, which end in code that begins with the prelude.
  init(asking interpreter: Interpreter, _ choice: InterpreterChoice, _ arguments: [String]) throws(LaunchError) {
    let failure: String
    do throws(ProgramOutput.NotStarted) {
      let run = try ProgramOutput(of: [interpreter.python] + arguments)
      if let facts = PythonFacts(run.output) {
        self = facts
        return
      }
      failure = run.failure
    } catch {
      failure = error.reason
    }
    throw .unsuitable(choice, .broken(reason: failure))
  }

  subscript(name: Substring) -> String? { values[name] }
}
