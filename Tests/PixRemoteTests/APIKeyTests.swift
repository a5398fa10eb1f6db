import Testing

@testable import PixRemote

@Suite struct APIKeyTests {
  @Test(arguments: ["", "a b", "a\nb", "a\r\nX: y", "a\tb", "a\u{0}b", "a\u{7F}b", "schlüssel", "🔑", "key\n"])
  func whatNoHeaderCanCarryIsRefused(secret: String) throws {
    let error = #expect(throws: RemoteError.self) { try APIKey(secret) }
    guard case .source(let reason)? = error else { return #expect(Bool(false), "\(error!)") }
    #expect(secret.isEmpty || !reason.contains(secret), "\(reason)")
  }

  @Test func everyVisibleASCIICharacterPasses() throws {
    let secret = String(String.UnicodeScalarView((0x21..<0x7F).map { Unicode.Scalar($0)! }))
    #expect(try APIKey(secret).authorization == "Bearer \(secret)")
  }

  @Test func noWayOfPrintingShowsTheSecret() throws {
    let key = try APIKey("s3cr3t")
    let request = TransferRequest(.file(path: "x"), key: key, policy: ConnectionPolicy())
    let renewal = LinkRenewal(resource: .file(path: "x"), key: key)
    var dumped = ""
    dump(key, to: &dumped)
    dump(request, to: &dumped)
    dump(renewal, to: &dumped)
    dump([Optional(key)], to: &dumped)
    let texts = [
      "\(key)", key.description, key.debugDescription, String(reflecting: key), "\(request)", "\([key])",
      String(reflecting: request), "\(renewal)", dumped,
    ]
    for text in texts { #expect(!text.contains("s3cr3t"), "\(text)") }
    #expect("\(key)" == "••••")
  }
}
