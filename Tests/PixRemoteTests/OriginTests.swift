import Testing

@testable import PixRemote

@Suite struct OriginTests {
  @Test(arguments: [
    "https://api.test", "https://api.test/", "https://api.test:443/v1", "HTTPS://API.Test/x?y#z",
    "https://me:pw@api.test/", "https://api.test:/x", "https://evil@api.test/", "https://api%2etest/",
  ])
  func oneOriginInManyForms(url: String) {
    #expect(Origin(url) == Origin("https://api.test"))
    #expect(Origin(url) != nil)
  }

  @Test(arguments: [
    "http://api.test", "https://api.test:8443", "https://api.test@evil/", "https://api.test.evil/",
    "https://evil/api.test", "https://evil/https://api.test/", "https://evil?https://api.test/",
    "https://evil#@api.test/", "https://api.test./", "https://api.tes\u{442}/", "https://api.test\\@evil/",
    "https://api.test:pw@evil/", "https://sub.api.test/", "https://\u{430}pi.test/",
  ])
  func otherOrigins(url: String) {
    #expect(Origin(url) != Origin("https://api.test"))
    #expect(Origin(url) != nil)
  }

  @Test(arguments: [
    "", "api.test", "//api.test/", "https:", "https:///x", "https:/api.test", "https:api.test", "https://:443/",
    "ftp://api.test/", "file:///etc/passwd", "javascript:alert(1)", "https://api.test\\.evil/",
    "https://api .test/", "https://api.test\u{0}.evil/", "https://api.test\u{9}/", "https://api.test\r\n/",
    "https://api.test:port/", "https://[::1", "https://api.test;x/", "https://api.test%00/", "https://api.test%2f@/",
  ])
  func whatIsNone(url: String) {
    #expect(Origin(url) == nil)
  }

  @Test func portsAndAddresses() {
    #expect(Origin("http://host")?.port == 80)
    #expect(Origin("http://host:80") == Origin("http://host"))
    #expect(Origin("http://[::1]:8080/x")?.port == 8080)
    #expect(Origin("http://[::1]:8080/x") != Origin("http://127.0.0.1:8080/x"))
    #expect(Origin("https://münchen.test/")?.scheme == "https")
  }
}
