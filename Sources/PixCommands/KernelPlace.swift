import ArgumentParser
import PixEnvironment
import PixLaunch
import PixRemote

/// Which kernel, and whose.
struct KernelPlace: ParsableArguments {
  @Option(help: "What the kernel is called: letters, digits, -, _ and dots.")
  var name = KernelName.standard

  @Flag(help: "For you alone, in Jupyter's data folder in your home. The default.")
  var user = false

  @Option(help: ArgumentHelp("For an installation or environment: PATH/share/jupyter.", valueName: "path"))
  var prefix: String?

  func validate() throws {
    if user, prefix != nil { throw ValidationError("--user and --prefix name two places: give one") }
    if prefix == "" { throw ValidationError("--prefix must not be empty") }
  }

  var jupyter: JupyterFolder {
    prefix.map { JupyterFolder(prefix: $0) } ?? JupyterFolder(environment: ProcessEnvironment.current)
  }

  var folder: KernelFolder { KernelFolder(name, in: jupyter) }

  /// The options that name the same kernel again.
  var words: String {
    var words = name == .standard ? "" : " --name \(name)"
    if let prefix { words += " --prefix \(ShellWord(prefix))" }
    return words
  }
}

extension KernelName: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
