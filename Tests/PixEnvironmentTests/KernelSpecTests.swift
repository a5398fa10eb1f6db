import Testing

@testable import PixEnvironment

@Suite struct KernelSpecTests {
  private let spec = KernelSpec(
    program: "/opt/pix/bin/pixcrawler", python: "/env/bin/python", displayName: "A \"name\"", version: "1.2.3")

  @Test func itStartsOurKernelInThatPython() {
    #expect(
      spec.arguments == [
        "/opt/pix/bin/pixcrawler", "run", "--python", "/env/bin/python", "-m", "ipykernel_launcher", "-f",
        "{connection_file}",
      ])
  }

  @Test func itsTextIsReadAgain() {
    #expect(KernelSpec(json: spec.json) == spec)
    #expect(String(decoding: spec.json, as: UTF8.self).contains(#""display_name" : "A \"name\"""#))
  }

  @Test func othersAreNotOurs() {
    let ipykernel = """
      {"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python 3",
      "language": "python", "metadata": {"debugger": true}}
      """
    for text in [ipykernel, "", "{}", "[]", "\u{0}"] { #expect(KernelSpec(json: Array(text.utf8)) == nil) }
  }
}
