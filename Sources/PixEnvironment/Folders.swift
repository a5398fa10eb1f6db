import FoundationEssentials

/// Where settings and caches lie by the XDG Base Directory Specification. Nothing is kept there.
public struct Folders: Equatable, Sendable {
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
