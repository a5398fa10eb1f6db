/// The service's API: `<host>/api/v1`, however much of that the user gave.
public struct ServiceAddress: Sendable, Equatable, CustomStringConvertible {
  /// Without a trailing slash.
  let root: String
  let origin: Origin

  /// Who is behind it: scheme, host and port.
  public var description: String { origin.description }

  public init(_ baseURL: String) throws(RemoteError) {
    var base = baseURL[...]
    while base.hasSuffix("/") { base.removeLast() }
    for ending in ["/api/v1", "/v1"] where base.hasSuffix(ending) {
      base.removeLast(ending.count)
      break
    }
    guard let origin = Origin(String(base)), !base.contains("?"), !base.contains("#") else {
      throw .source(
        reason: "the service's address \(PublicURL(baseURL)) is no http or https address, like "
          + "https://api.pixcrawler.com")
    }
    self.root = base + "/api/v1"
    self.origin = origin
  }

  /// The URL of the jobs.
  var jobs: String { "\(root)/jobs/" }

  /// The URL of a job; ids are opaque and percent-encoded (RFC 3986 §2.3).
  func job(_ id: String) -> String { "\(root)/jobs/\(ServiceAddress.encoded(id))" }

  private static func encoded(_ id: String) -> String {
    let hex = Array("0123456789ABCDEF")
    return id.utf8.reduce(into: "") { text, byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        text.append(Character(UnicodeScalar(byte)))
      default: text += "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
      }
    }
  }
}
