import PixRemote
import PixVersion
import Testing

@testable import PixEnvironment
@testable import PixLaunch

@Suite struct DiagnosisCardTests {
  private static let folders = Folders(environment: ["HOME": "/none"])

  @Test func everyRowIsThereAndAligned() throws {
    let diagnosis = try #require(try DiagnosisTests.diagnosis(["torch": "2.13.0"]))
    let card = DiagnosisCard(
      diagnosis, key: KeySearch(baseURL: "https://host", environment: ["PIXCRAWLER_API_KEY": "s3cr3t"]),
      folders: Self.folders)
    #expect(
      card.text == """
        Python:       /env/bin/python (3.11)
        Chosen by:    \(InterpreterChoice.Rule.nearestVenv.rawValue)
        Environment:  /env (virtual environment)
        libpython:    /usr/lib/libpython3.11.so.1.0
        Module:       /pix/__init__.abi3.so (\(PixCrawlerVersion.text))
        Plain python: does not see the module; pixcrawler env link changes that
        NumPy:        2.4.6
        torch:        2.13.0
        tensorflow:   not installed
        pandas:       not installed
        API key:      from PIXCRAWLER_API_KEY
        Config:       /none/.config/pixcrawler (not there; keys that pixcrawler login stores)
        Cache:        /none/.cache/pixcrawler (not there; nothing is kept on disk)
        Program:      /pix/bin/pixcrawler (\(PixCrawlerVersion.text))
        """)
  }

  @Test func whatIsWrongComesLastWithTheNextCommand() throws {
    let diagnosis = try #require(try DiagnosisTests.diagnosis(["numpy": nil]))
    let card = DiagnosisCard(
      diagnosis, key: KeySearch(baseURL: "https://host", environment: ["HOME": "/none"]), folders: Self.folders)
    #expect(card.text.hasSuffix("\n\nProblem: NumPy is not installed\nNext:    /env/bin/python -m pip install numpy"))
    #expect(card.text.contains("none; for a service that asks for one: pixcrawler login"))
  }
}
