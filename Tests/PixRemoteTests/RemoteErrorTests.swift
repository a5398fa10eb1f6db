import Testing

@testable import PixRemote

@Suite struct RemoteErrorTests {
  @Test func onlyAnAnswerHasARetryAfter() {
    let url = PublicURL("http://host/x")
    let answer = RemoteError.status(url: url, status: 429, message: nil, retryAfter: .seconds(4))
    #expect(answer.retryAfter == .seconds(4))
    #expect(RemoteError.network(url: url, reason: "").retryAfter == nil)
    #expect(RemoteError.cancelled.retryAfter == nil)
  }

  @Test func aPrintedErrorShowsNoSignature() {
    let url = PublicURL("https://me:pw@host/a.zip?signature=abc#d")
    for error in [
      RemoteError.network(url: url, reason: "x"), .changed(url: url, before: "1", after: "2"),
      .status(url: url, status: 403, message: nil, retryAfter: nil),
    ] {
      var dumped = ""
      dump(error, to: &dumped)
      for text in ["\(error)", String(reflecting: error), dumped] {
        #expect(text.contains("https://host/a.zip") && !text.contains("abc") && !text.contains("pw"), "\(text)")
      }
    }
  }
}
