/// A `pixcrawler` that pip installed in an interpreter's own environment.
public struct InstalledPackage: Equatable, Sendable, CustomStringConvertible {
  public var version: String
  /// The site-packages folder it lies in.
  public var folder: String
  public var python: String

  /// Nil where there is none. Told from files alone, and cheaply, as every script that is run pays for it.
  public init?(of interpreter: Interpreter, files: some FileSystem) {
    for folder in Self.folders(interpreter, files) where files.isFolder("\(folder)/pixcrawler") {
      guard let version = files.names(in: folder).lazy.compactMap(Self.version).first else { continue }
      self.version = version
      self.folder = folder
      python = interpreter.python
      return
    }
    return nil
  }

  public var description: String { "pixcrawler \(version) in \(folder)" }

  /// The command that takes it away.
  public var removal: String { "\(python) -m pip uninstall pixcrawler" }

  /// Where pip installs for this interpreter, Debian's own places included.
  private static func folders(_ interpreter: Interpreter, _ files: some FileSystem) -> [String] {
    let prefix = Interpreter.prefix(of: interpreter.python)
    let isVenv = files.isReadable("\(prefix)/pyvenv.cfg")
    let root = isVenv ? prefix : Interpreter.prefix(of: files.resolved(interpreter.python))
    let version = interpreter.version
    let folders = ["\(root)/lib/python\(version)/site-packages"]
    guard root == "/usr" else { return folders }
    return ["/usr/local/lib/python\(version)/dist-packages", "/usr/lib/python3/dist-packages"] + folders
  }

  /// "0.2.0" for `pixcrawler-0.2.0.dist-info`.
  private static func version(_ name: String) -> String? {
    guard name.hasSuffix(".dist-info"), name.lowercased().hasPrefix("pixcrawler-") else { return nil }
    return String(name.dropFirst("pixcrawler-".count).dropLast(".dist-info".count))
  }
}
