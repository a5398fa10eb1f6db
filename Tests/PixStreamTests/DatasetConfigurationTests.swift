import PixRemote
import Testing

@testable import PixStream

@Suite struct DatasetConfigurationTests {
  private func search(_ environment: [String: String]) -> KeySearch {
    KeySearch(baseURL: DatasetConfiguration.defaultBaseURL, environment: environment)
  }

  @Test func aKeyThatWasFoundIsTaken() {
    let found = search(["PIXCRAWLER_API_KEY": "one"])
    #expect(DatasetConfiguration(source: "job_1", keySearch: found).apiKey == "one")
    #expect(DatasetConfiguration(source: "job_1", apiKey: "two", keySearch: found).apiKey == "two")
  }

  @Test func whereAKeyIsMissingThePlacesAreTold() {
    let refusal = { RemoteError.status(url: PublicURL("https://host"), status: $0, message: nil, retryAfter: nil) }
    let none = search(["HOME": "/none"])
    let without = DatasetConfiguration(source: "job_1", keySearch: none)
    #expect(without.explained(refusal(401)) == .keyless(refusal(401), none))
    #expect(without.explained(refusal(403)) == .keyless(refusal(403), none))
    #expect(without.explained(refusal(404)) == .remote(refusal(404)))
    #expect(without.explained(.cancelled) == .cancelled)
    let with = DatasetConfiguration(source: "job_1", apiKey: "wrong", keySearch: none)
    #expect(with.explained(refusal(401)) == .remote(refusal(401)))
  }

  @Test func whatIsNotSaidIsAsDocumented() {
    let configuration = DatasetConfiguration(source: "job_1")
    #expect(configuration.baseURL == "https://api.pixcrawler.com")
    #expect(configuration.apiKey == nil)
    #expect(configuration.maxWorkers == 4)
    #expect(configuration.timeout == 300)
    #expect(configuration.verifiesTLS)
    #expect(configuration.memoryLimit == 268_435_456)
    #expect(configuration.pixelLimit == 2 * 89_478_485)
  }
}
