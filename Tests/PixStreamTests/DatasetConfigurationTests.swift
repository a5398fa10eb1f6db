import Testing

@testable import PixStream

@Suite struct DatasetConfigurationTests {
  private func key(_ environment: [String: String]) -> String? {
    DatasetConfiguration.keyVariable { environment[$0] }.flatMap { environment[$0] }
  }

  @Test func theFirstKeyThatIsSetCounts() {
    #expect(key([:]) == nil)
    #expect(key(["PIXCRAWLER_API_KEY": "one", "PIXCRAWLER_SERVICE_KEY": "two"]) == "one")
    #expect(key(["PIXCRAWLER_SERVICE_KEY": "two"]) == "two")
    #expect(key(["API_KEY": "three"]) == nil)
  }

  @Test func anEmptyKeyIsNone() {
    #expect(key(["PIXCRAWLER_API_KEY": "", "PIXCRAWLER_SERVICE_KEY": "two"]) == "two")
    #expect(key(["PIXCRAWLER_API_KEY": "", "PIXCRAWLER_SERVICE_KEY": ""]) == nil)
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
