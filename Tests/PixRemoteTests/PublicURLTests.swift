import Testing

@testable import PixRemote

@Suite struct PublicURLTests {
  @Test(arguments: [
    ("https://host/a/b.zip", "https://host/a/b.zip"),
    ("https://host/a?X-Amz-Signature=s", "https://host/a"),
    ("https://host/a#token=s", "https://host/a"),
    ("https://host?token=s", "https://host"),
    ("https://me:secret@host:8443/a", "https://host:8443/a"),
    ("https://me@host/a@b.zip", "https://host/a@b.zip"),
    ("https://host@evil/", "https://evil/"),
    ("https://a@b:secret@host/", "https://host/"),
    ("https://secret\\@host/", "https://host/"),
    ("//me:secret@host/a", "//host/a"),
    ("me:secret@host/a", "host/a"),
    ("HTTPS://me:secret@HOST/a?s", "HTTPS://HOST/a"),
    ("chunks/chunk_0000.zip?signature=s", "chunks/chunk_0000.zip"),
    ("", ""), ("?", ""), ("https://", "https://"), ("https://@", "https://"),
  ])
  func onlyWhatMayBeShown(url: String, shown: String) {
    #expect(PublicURL(url).description == shown)
    #expect("\(PublicURL(url))" == shown)
  }

  @Test func aPathIsShownAsItIs() {
    #expect(PublicURL(path: "/data/a#1?/b@c.zip").description == "/data/a#1?/b@c.zip")
  }
}
