import Foundation
import Testing

@testable import PixPublish

@Suite struct LinkSignerTests {
  private let signer = LinkSigner()

  /// A link's path without percent-encoding, as a server sees it, and its two fields.
  private static func parts(_ url: String) throws -> (path: String, expires: String, signature: String) {
    let components = try #require(URLComponents(string: url))
    func field(_ name: String) throws -> String {
      try #require(components.queryItems?.first { $0.name == name }?.value)
    }
    return (components.path, try field("expires"), try field("signature"))
  }

  private func admits(_ url: String, now: Int) throws -> Bool {
    let link = try Self.parts(url)
    return signer.admits(link.path, expires: link.expires, signature: link.signature, now: now)
  }

  @Test func aLinkWorksForAnHour() throws {
    let (url, expires) = signer.link(to: "/pets/chunks/chunk_0000.zip", now: 1000)
    #expect(expires == 4600)
    #expect(url.hasPrefix("/pets/chunks/chunk_0000.zip?expires=4600&signature="))
    #expect(try admits(url, now: 1000))
    #expect(try admits(url, now: 4600))
    #expect(try !admits(url, now: 4601))
  }

  @Test func percentEncodingDoesNotMatter() throws {
    #expect(try admits(signer.link(to: "/my%20pets/%C3%A9.zip", now: 0).url, now: 1))
    #expect(try admits(signer.link(to: "/100%25/a.zip", now: 0).url, now: 1))
  }

  @Test func nothingAboutALinkCanBeChanged() throws {
    let (url, _) = signer.link(to: "/a.zip", now: 1000)
    let link = try Self.parts(url)
    func admits(_ path: String, _ expires: String?, _ signature: String?) -> Bool {
      signer.admits(path, expires: expires, signature: signature, now: 1000)
    }
    #expect(admits(link.path, link.expires, link.signature))
    #expect(!admits("/b.zip", link.expires, link.signature))
    #expect(!admits("/a.zip\n4600", link.expires, link.signature))
    #expect(!admits("", link.expires, link.signature))
    #expect(!admits(link.path, "4601", link.signature))
    #expect(!admits(link.path, "99999999999", link.signature))
    #expect(!admits(link.path, "never", link.signature))
    #expect(!admits(link.path, nil, link.signature))
    #expect(!admits(link.path, link.expires, nil))
    #expect(!admits(link.path, link.expires, ""))
    #expect(!admits(link.path, link.expires, String(link.signature.dropLast())))
    #expect(!admits(link.path, link.expires, link.signature.uppercased()))
    let last = try #require(link.signature.last)
    #expect(!admits(link.path, link.expires, link.signature.dropLast() + (last == "0" ? "1" : "0")))
  }

  @Test func anotherServersLinkIsNoLink() throws {
    #expect(try !admits(LinkSigner().link(to: "/a.zip", now: 1000).url, now: 1000))
  }
}
