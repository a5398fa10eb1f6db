import Foundation
import PixRemote
import Testing

@testable import PixEnvironment
@testable import PixLaunch

@Suite struct DiagnosisReportTests {
  private static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func everyKeyIsAlwaysThere() throws {
    let folders = Folders(environment: ["HOME": "/none"])
    for facts: [String: String?] in [[:], ["numpy": nil, "installed.version": "9"]] {
      let diagnosis = try #require(try DiagnosisTests.diagnosis(facts))
      let report = try Self.object(
        DiagnosisReport(
          diagnosis, key: KeySearch(baseURL: "https://host", environment: ["HOME": "/none"]), folders: folders
        ).text)
      let keys = report.mapValues { ($0 as? [String: Any])?.keys.sorted() ?? [] }
      #expect(
        keys == [
          "api_key": ["source"], "cache": ["exists", "path"], "config": ["exists", "path"],
          "environment": ["kind", "link", "other_pixcrawler", "prefix", "site_packages"], "error": [], "findings": [],
          "module": ["error", "path", "version"], "packages": ["numpy", "pandas", "tensorflow", "torch"],
          "program": ["path", "version"], "python": ["libpython", "path", "rule", "version"],
        ])
    }
  }

  @Test func anErrorIsAnObjectToo() throws {
    let report = try Self.object(DiagnosisReport(LaunchError.unusable(rule: .option, named: "/none")).text)
    #expect(Array(report.keys) == ["error"])
    #expect((report["error"] as? String)?.contains("/none") == true)
  }
}
