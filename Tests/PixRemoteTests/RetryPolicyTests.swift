import Testing

@testable import PixRemote

@Suite struct RetryPolicyTests {
  let url = PublicURL("http://host/x")

  private func status(_ status: Int, retryAfter: Duration? = nil) -> RemoteError {
    .status(url: url, status: status, message: nil, retryAfter: retryAfter)
  }

  @Test func thePausesDoubleUpToTheCeiling() {
    let policy = RetryPolicy(tries: 100, base: .milliseconds(500), ceiling: .seconds(3))
    let error = RemoteError.network(url: url, reason: "")
    let least = (1...5).map { policy.pause(after: error, failures: $0, dice: 0) }
    #expect(least == [.milliseconds(250), .milliseconds(500), .seconds(1), .milliseconds(1500), .milliseconds(1500)])
    #expect(policy.pause(after: error, failures: 1, dice: 0.5) == .milliseconds(375))
    #expect(policy.pause(after: error, failures: 99, dice: 0) == .milliseconds(1500), "no overflow")
  }

  @Test(arguments: [(3, 2), (1, 0), (0, 0), (-5, 0)])
  func soManyTriesInAll(tries: Int, retries: Int) {
    let policy = RetryPolicy(tries: tries)
    let pauses = (1...10).map { policy.pause(after: .network(url: url, reason: ""), failures: $0, dice: 0.3) }
    #expect(pauses.count { $0 != nil } == retries)
  }

  @Test(arguments: [408, 429, 500, 502, 503, 504])
  func answersThatMayPass(status code: Int) {
    #expect(RetryPolicy().pause(after: status(code), failures: 1, dice: 0) != nil)
  }

  @Test(arguments: [300, 304, 400, 401, 403, 404, 410, 416, 418, 422, 451, 501, 505])
  func answersThatStay(status code: Int) {
    #expect(RetryPolicy().pause(after: status(code), failures: 1, dice: 0) == nil)
  }

  @Test func theServersWishOutranksTheBackoffUpToALimit() {
    let policy = RetryPolicy(longestObedience: .seconds(120))
    #expect(policy.pause(after: status(429, retryAfter: .seconds(7)), failures: 1, dice: 0.9) == .seconds(7))
    #expect(policy.pause(after: status(429, retryAfter: .zero), failures: 2, dice: 0.9) == .zero)
    #expect(policy.pause(after: status(503, retryAfter: .seconds(120)), failures: 1, dice: 0) == .seconds(120))
    #expect(policy.pause(after: status(503, retryAfter: .seconds(121)), failures: 1, dice: 0) == nil)
    #expect(policy.pause(after: status(429, retryAfter: .zero), failures: 3, dice: 0) == nil)
  }

  @Test func errorsThatNoSecondTryCanHelp() {
    let errors: [RemoteError] = [
      .untrusted(url: url, reason: ""), .changed(url: url, before: "", after: ""), .file(path: "", reason: ""),
      .description(url: url, reason: ""), .source(reason: ""), .transport(reason: ""), .cancelled,
      .jobNotComplete(job: "", status: "", progress: nil),
    ]
    for error in errors { #expect(RetryPolicy().pause(after: error, failures: 1, dice: 0) == nil, "\(error)") }
  }
}
