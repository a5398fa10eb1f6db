import Testing

@testable import PixRemote

@Suite struct ResourceTests {
  let document = Resource.remote(url: "https://host/pets/dataset.json?signature=s")

  @Test(arguments: [
    ("chunks/a.zip", "https://host/pets/chunks/a.zip"), ("/x.zip", "https://host/x.zip"),
    ("../x.zip", "https://host/x.zip"), ("../../../x.zip", "https://host/x.zip"),
    ("//cdn/x.zip", "https://cdn/x.zip"), ("a.zip?sig=1", "https://host/pets/a.zip?sig=1"),
    ("a b.zip", "https://host/pets/a%20b.zip"), ("a%20b.zip", "https://host/pets/a%20b.zip"),
    ("http://cdn/x.zip", "http://cdn/x.zip"), ("HTTPS://CDN/x.zip", "HTTPS://CDN/x.zip"),
    ("https://cdn/x?sig=a%2Fb+c", "https://cdn/x?sig=a%2Fb+c"), ("x\r\ny", "https://host/pets/x%0D%0Ay"),
  ])
  func referencesOnTheWeb(reference: String, url: String) throws {
    #expect(try document.resolving(reference) == .remote(url: url))
  }

  @Test(arguments: [
    "file:///etc/passwd", "ftp://host/x", "javascript:1", "x\r\nX-Evil: 1", "a:b.zip", "gopher://x", "",
  ])
  func referencesThatLeaveTheWeb(reference: String) {
    #expect(throws: RemoteError.self) { try document.resolving(reference) }
  }

  @Test func anErrorAboutAReferenceHidesTheDocumentsSignature() {
    let error = #expect(throws: RemoteError.self) { try document.resolving("ftp://me:pw@x?sig=1") }
    #expect(
      error
        == .description(url: PublicURL("https://host/pets/dataset.json"), reason: "\"ftp://x\" is no http or https URL")
    )
  }

  @Test func referencesInAFolder() throws {
    let file = Resource.file(path: "/data/pets/dataset.json")
    #expect(try file.resolving("chunks/a.zip") == .file(path: "/data/pets/chunks/a.zip"))
    #expect(try file.resolving("a..b/c%20d?.zip") == .file(path: "/data/pets/a..b/c%20d?.zip"))
    #expect(try file.resolving("https://host/a.zip") == .remote(url: "https://host/a.zip"))
    #expect(try file.resolving("HTTP://host/a.zip") == .remote(url: "HTTP://host/a.zip"))
    #expect(try Resource.file(path: "dataset.json").resolving("a.zip") == .file(path: "a.zip"))
  }

  @Test(arguments: [
    "/etc/passwd", "../a.zip", "chunks/../../a.zip", "..", "a/..", "a\u{0}.zip", "//etc/passwd", "./../a",
  ])
  func referencesThatLeaveTheFolder(reference: String) {
    #expect(throws: RemoteError.self) { try Resource.file(path: "/data/pets/dataset.json").resolving(reference) }
  }

  @Test func originsAreForTheWebOnly() {
    #expect(document.origin == Origin("https://host"))
    #expect(Resource.file(path: "https://host").origin == nil)
  }

  @Test(arguments: ["http:", "http:/x", "https:/x", "ftp://", "httpx://a", "httpsx://", " http://a", ""])
  func whatIsNoWebAddress(text: String) {
    #expect(!Resource.isWebAddress(text))
  }

  @Test func noWayOfPrintingShowsASignature() {
    var dumped = ""
    dump(document, to: &dumped)
    dump(TransferRequest(document, policy: ConnectionPolicy()), to: &dumped)
    for text in ["\(document)", String(reflecting: document), "\([document])", dumped] {
      #expect(text.contains("https://host/pets/dataset.json") && !text.contains("signature"), "\(text)")
    }
    #expect("\(Resource.file(path: "/a?b#c"))" == "/a?b#c")
  }
}
