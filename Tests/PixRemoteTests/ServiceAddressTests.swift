import Testing

@testable import PixRemote

@Suite struct ServiceAddressTests {
  @Test(arguments: ["", "/", "//", "/v1", "/v1/", "/api/v1", "/api/v1//"])
  func everyFormOfTheSameAddress(ending: String) throws {
    #expect(try ServiceAddress("https://api.test" + ending).job("j") == "https://api.test/api/v1/jobs/j")
  }

  @Test func aPathBeforeTheApiIsKept() throws {
    #expect(try ServiceAddress("https://host/pix/api/v1").job("j") == "https://host/pix/api/v1/jobs/j")
    #expect(try ServiceAddress("https://host/api").job("j") == "https://host/api/api/v1/jobs/j")
    #expect(try ServiceAddress("http://[::1]:8000").job("j") == "http://[::1]:8000/api/v1/jobs/j")
  }

  @Test(arguments: [
    "", "/", "api.test", "https://", "http:///", "ftp://api.test", "file:///x", "https://api.test?x",
    "https://api.test#x",
    "https://api.test/?key=s3cr3t", "me:s3cr3t@api.test", "https://a b.test",
  ])
  func whatIsNoAddress(text: String) {
    let error = #expect(throws: RemoteError.self) { try ServiceAddress(text) }
    #expect(!"\(error!)".contains("s3cr3t"))
  }

  @Test func theOriginIsWhereTheRequestsGo() throws {
    #expect(try ServiceAddress("https://api.test@evil/").origin == Origin("https://evil"))
    #expect(try ServiceAddress("HTTPS://API.TEST/v1").origin == Origin("https://api.test:443"))
  }

  @Test func idsAreOneSegmentWhateverTheyHold() throws {
    let service = try ServiceAddress("https://api.test")
    #expect(service.job("a/../b?c#d e%2f") == "https://api.test/api/v1/jobs/a%2F..%2Fb%3Fc%23d%20e%252f")
    #expect(service.job("ä\r\n") == "https://api.test/api/v1/jobs/%C3%A4%0D%0A")
    #expect(service.job("A-z_0.9~") == "https://api.test/api/v1/jobs/A-z_0.9~")
  }
}
