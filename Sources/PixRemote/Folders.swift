/// Where settings and caches lie by the XDG Base Directory Specification. Keys are all that is kept there.
public struct Folders: Equatable, Sendable {
  static let variables = ["HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"]

  public var config: String
  public var cache: String

  public init(environment: [String: String]) {
    let home = environment["HOME"] ?? "/"
    func folder(_ variable: String, _ usual: String) -> String {
      // The specification has relative paths ignored.
      let base = environment[variable].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/\(usual)"
      return "\(base)/pixcrawler"
    }
    config = folder("XDG_CONFIG_HOME", ".config")
    cache = folder("XDG_CACHE_HOME", ".cache")
  }
}
