import FoundationEssentials

/// Scheme, host and port: who a key may be sent to (RFC 6454).
struct Origin: Equatable, Sendable {
  let scheme: String
  let host: String
  let port: Int

  init?(_ url: String) {
    guard let parsed = URL(string: url), let scheme = parsed.scheme?.lowercased(),
      let host = parsed.host?.lowercased(), !host.isEmpty
    else { return nil }
    switch scheme {
    case "http": port = parsed.port ?? 80
    case "https": port = parsed.port ?? 443
    default: return nil
    }
    self.scheme = scheme
    self.host = host
  }
}
