import Testing

@testable import PixRemote

@Suite struct LinkShelfTests {
  @Test func theLatestLinkIsKept() {
    let shelf = LinkShelf()
    #expect(shelf.link == nil)
    for link in ["http://a/", "http://b/"] {
      shelf.put(LinkRenewal.Fresh(resource: .remote(url: link), key: nil, expiry: nil))
      #expect(shelf.link?.resource == .remote(url: link))
    }
  }
}
