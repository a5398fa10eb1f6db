import Testing

@testable import PixCommands

@Suite struct NearestWordTests {
  private let words = ["run", "repl", "info", "list", "download", "login", "logout", "verify"]

  @Test(arguments: [
    ("downlaod", "download"), ("dowload", "download"), ("Downloads", "download"), ("lst", "list"), ("LIST", "list"),
    ("rnu", "run"), ("logn", "login"), ("logut", "logout"), ("infos", "info"),
  ])
  func slipsAreForgiven(_ typed: String, _ meant: String) {
    #expect(NearestWord(to: typed, among: words).found == meant)
  }

  @Test(arguments: ["", "x", "train", "upload everything", "rung bell", "ab"])
  func whatIsFarFromAllMeansNone(_ typed: String) {
    #expect(NearestWord(to: typed, among: words).found == nil)
  }

  @Test func aLongWordTakesNoTime() {
    #expect(NearestWord(to: String(repeating: "list", count: 1 << 20), among: words).found == nil)
    #expect(NearestWord(to: "list", among: []).found == nil)
  }
}
