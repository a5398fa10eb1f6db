import PixRemote
import PixStream
import Testing

@testable import PixCommands

@Suite struct AuthStatusTests {
  private let found = KeySearch(
    baseURL: "https://host/api/v1", environment: ["HOME": "/none", "PIXCRAWLER_API_KEY": "sk-1234567890abcd"])
  private let missing = KeySearch(baseURL: "https://host", environment: ["HOME": "/none"])

  @Test func whereTheKeyComesFrom() {
    let status = AuthStatus(found)
    #expect(status.text == "Service: https://host\nKey: …abcd\nSource: PIXCRAWLER_API_KEY")
    #expect(
      JSONText(status).text == """
        {
          "accepted" : null,
          "file" : "/none/.config/pixcrawler/credentials.json",
          "hint" : "…abcd",
          "problem" : null,
          "service" : "https://host",
          "source" : "PIXCRAWLER_API_KEY"
        }
        """)
  }

  @Test func whereThereIsNone() {
    #expect(
      AuthStatus(missing).text == """
        Service: https://host
        Key: none
        Looked at: --api-key, PIXCRAWLER_API_KEY, PIXCRAWLER_SERVICE_KEY, /none/.config/pixcrawler/credentials.json
        Problem: the file is not there. To store one: pixcrawler login --base-url https://host
        """)
  }

  @Test func whatTheServiceSays() {
    let url = PublicURL("https://host")
    #expect(AuthStatus(found, isChecked: true).text.hasSuffix("\nThe service takes it."))
    let refused = DatasetError.remote(.status(url: url, status: 401, message: nil, retryAfter: nil))
    #expect(JSONText(AuthStatus(found, isChecked: true, refusal: refused)).text.contains(#""accepted" : false"#))
    let away = DatasetError.remote(.network(url: url, reason: "no route"))
    let report = JSONText(AuthStatus(found, isChecked: true, refusal: away)).text
    #expect(report.contains(#""accepted" : null"#) && report.contains("no route"))
  }
}
