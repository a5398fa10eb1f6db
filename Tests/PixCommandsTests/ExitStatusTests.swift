import ArgumentParser
import PixDecode
import PixRemote
import PixStream
import Testing

@testable import PixCommands

@Suite struct ExitStatusTests {
  private static let url = PublicURL("https://host/c.zip")

  private static func status(_ status: Int) -> RemoteError {
    .status(url: url, status: status, message: nil, retryAfter: nil)
  }

  @Test(arguments: [
    (DatasetError.remote(status(401)), 4), (.remote(status(403)), 4), (.remote(status(404)), 5),
    (.remote(.nowhere(reason: "")), 5), (.remote(.jobNotComplete(job: "x", status: "running", progress: 1)), 6),
    (.remote(status(500)), 7), (.remote(.network(url: url, reason: "")), 7),
    (.remote(.untrusted(url: url, reason: "")), 7), (.download(chunk: "c", .network(url: url, reason: "")), 7),
    (.download(chunk: "c", status(401)), 4), (.download(chunk: "c", .file(path: "p", reason: "")), 1),
    (.remote(.file(path: "p", reason: "")), 1), (.archive(chunk: "c", .notAnArchive(startsWith: "")), 8),
    (.short(chunk: "c", declared: 2, found: 1, entry: nil), 8), (.count(chunk: "c", declared: 2, found: 1), 8),
    (.remote(.source(reason: "")), 1), (.empty(dataset: "x"), 1),
    (.keyless(status(401), KeySearch(baseURL: "https://host", environment: [:])), 4),
  ])
  func everyErrorHasItsOwn(_ error: DatasetError, _ code: Int) {
    #expect(ExitStatus.of(error).rawValue == Int32(code))
  }
}
