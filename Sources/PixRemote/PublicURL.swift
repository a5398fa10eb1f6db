/// A URL fit to be shown: without user name, password, query (where signatures live) and fragment.
public struct PublicURL: Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ url: String) {
    let bare = url.prefix { $0 != "?" && $0 != "#" }
    let authorityStart = bare.firstRange(of: "//")?.upperBound ?? bare.startIndex
    let rest = bare[authorityStart...]
    let authority = rest.prefix { $0 != "/" }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
    description = String(bare[..<authorityStart] + host + rest[authority.endIndex...])
  }

  /// Whether it is an address, and no path or id.
  public static func isAddress(_ text: String) -> Bool { text.contains("://") }

  /// A local path, in which `?`, `#` and `@` are letters like others.
  public init(path: String) { description = path }
}
