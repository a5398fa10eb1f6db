import FoundationEssentials

/// Scheme, host and port: who a key may be sent to (RFC 6454).
struct Origin: Equatable, Sendable, CustomStringConvertible {
  let scheme: String
  let host: String
  let port: Int

  /// Nil for what is no http or https address, and for hosts that another reader might take for another host.
  init?(_ url: String) {
    guard let parsed = URL(string: url), let scheme = parsed.scheme?.lowercased(),
      let host = parsed.host?.lowercased(), !host.isEmpty, host.utf8.allSatisfy(Origin.isPlain)
    else { return nil }
    switch scheme {
    case "http": port = parsed.port ?? 80
    case "https": port = parsed.port ?? 443
    default: return nil
    }
    self.scheme = scheme
    self.host = host
  }

  /// Its only spelling: without the scheme's own port.
  var description: String {
    let usual = scheme == "https" ? 443 : 80
    let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    return "\(scheme)://\(name)\(port == usual ? "" : ":\(port)")"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: true
    default: "-._:".utf8.contains(byte)
    }
  }
}
