import Foundation
import Testing

@testable import PixRemote

@Suite struct DownloadLinkTests {
  private func link(_ json: String) throws -> DownloadLink {
    try JSONDecoder().decode(DownloadLink.self, from: Data(json.utf8))
  }

  @Test func theServicesAnswer() throws {
    let link = try link(#"{"download_url": "https://cdn/a?sig=1", "expires_at": "2025-10-30T12:00:00Z", "more": []}"#)
    #expect(link == DownloadLink(downloadURL: "https://cdn/a?sig=1", expiresAt: "2025-10-30T12:00:00Z"))
    #expect(try self.link(#"{"download_url": "a", "expires_at": null}"#).expiresAt == nil)
  }

  @Test(arguments: [
    "{}", "[]", #"{"download_url": null}"#, #"{"download_url": 7}"#, #"{"download_url": "a", "expires_at": 7}"#,
  ])
  func whatIsNone(json: String) {
    #expect(throws: DecodingError.self) { try link(json) }
  }

  @Test func noWayOfPrintingShowsTheSignature() {
    let link = DownloadLink(downloadURL: "https://me:pw@cdn/a?sig=s3cr3t", expiresAt: nil)
    var dumped = ""
    dump(link, to: &dumped)
    for text in ["\(link)", String(reflecting: link), dumped] {
      #expect(text.contains("https://cdn/a") && !text.contains("s3cr3t") && !text.contains("pw"), "\(text)")
    }
  }
}
