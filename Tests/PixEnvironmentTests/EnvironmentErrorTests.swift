import Testing

@testable import PixEnvironment

@Suite struct EnvironmentErrorTests {
  @Test func everyErrorIsOneLineThatSaysWhatToDo() {
    let module = InstalledModule(
      version: "0.0.9", path: "/env/lib/pixcrawler", target: nil, removal: "/env/bin/python -m pip uninstall pixcrawler")
    let advice: [(EnvironmentError, String)] = [
      (.noAnswer(python: "/env/bin/python", reason: "no encodings"), "--python PATH"),
      (.notAnEnvironment(python: "/usr/bin/python3", prefix: "/usr"), "/usr/bin/python3 -m venv .venv"),
      (.occupied(module), "/env/bin/python -m pip uninstall pixcrawler"),
      (.unwritable(path: "/env/lib", reason: "Permission denied"), "Permission denied"),
    ]
    for (error, words) in advice {
      #expect(error.description.contains(words))
      #expect(!error.description.contains("\n"))
    }
  }
}
