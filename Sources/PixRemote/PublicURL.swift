/// A URL fit to be shown: without user name, password, query (where signatures live) and fragment.
public struct PublicURL: Sendable, Hashable, CustomStringConvertible {
  public let description: String

  public init(_ url: String) {
    let bare = url.prefix { $0 != "?" && $0 != "#" }
    guard let scheme = bare.firstRange(of: "://") else {
      description = String(bare)
      return
    }
    let rest = bare[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
    description = String(bare[..<scheme.upperBound] + host + rest[authority.endIndex...])
  }
}
