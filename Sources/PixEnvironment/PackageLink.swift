import FoundationEssentials
import Glibc

/// What makes an environment's plain Python, its editors and its type checkers see this package: one path file,
/// `site-packages/pixcrawler.pth`, that names the package's folder.
///
/// No symbolic link to the package: pip would later write a wheel's files through it into this program's own folder.
public struct PackageLink: Sendable {
  public enum State: Equatable, Sendable {
    case absent
    case ours
    /// Its package is gone: this program was moved or removed.
    case stale
    /// Another pixcrawler is in its place.
    case occupied(InstalledModule)
  }

  public enum Change: Equatable, Sendable { case made, removed, none }

  public let file: String
  /// The folder that holds this program's package.
  public let packageFolder: String
  private let environment: PythonEnvironment

  public init(_ environment: PythonEnvironment, packageFolder: String) {
    self.environment = environment
    self.packageFolder = packageFolder
    file = "\(environment.sitePackages)/pixcrawler.pth"
  }

  public var state: State {
    if let installed = environment.installed { return .occupied(installed) }
    let package = "\(environment.sitePackages)/pixcrawler"
    if FileManager.default.fileExists(atPath: package) {
      return .occupied(InstalledModule(path: package, removal: "rm -r \(package)"))
    }
    return stateOfFile
  }

  private var stateOfFile: State {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return .absent }
    let folder = text.split(separator: "\n").last.map(String.init) ?? ""
    if text != Self.text(folder) { return .occupied(InstalledModule(path: file, removal: "rm \(file)")) }
    if folder == packageFolder { return .ours }
    guard FileManager.default.fileExists(atPath: "\(folder)/pixcrawler") else { return .stale }
    return .occupied(InstalledModule(path: folder, removal: "rm \(file)"))
  }

  public func make() throws(EnvironmentError) -> Change {
    guard environment.kind == .virtual || environment.kind == .conda && !environment.isExternallyManaged else {
      throw .notAnEnvironment(python: environment.python, prefix: environment.prefix)
    }
    switch state {
    case .ours: return .none
    case .occupied(let module): throw .occupied(module)
    case .absent, .stale: break
    }
    guard FileReplacement.write(Array(Self.text(packageFolder).utf8), to: file) else { throw unwritable }
    return .made
  }

  public func remove() throws(EnvironmentError) -> Change {
    switch stateOfFile {
    case .absent: return .none
    case .occupied(let module): throw .occupied(module)
    case .ours, .stale: break
    }
    guard unlink(file) == 0 else { throw unwritable }
    return .removed
  }

  private var unwritable: EnvironmentError {
    .unwritable(path: environment.sitePackages, reason: String(cString: strerror(errno)))
  }

  private static func text(_ folder: String) -> String {
    "# Made by pixcrawler env link, and removed by pixcrawler env unlink.\n\(folder)\n"
  }
}
