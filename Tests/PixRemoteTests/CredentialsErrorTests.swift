import Testing

@testable import PixRemote

@Suite struct CredentialsErrorTests {
  @Test func everyOneSaysWhatToDo() {
    #expect("\(CredentialsError.exposed(path: "/a/b.json", mode: "644"))".hasSuffix("chmod 600 /a/b.json"))
    #expect("\(CredentialsError.exposed(path: "/my a/it's", mode: "644"))".hasSuffix(#"chmod 600 '/my a/it'\''s'"#))
    #expect("\(CredentialsError.malformed(path: "/a"))".contains("pixcrawler logout"))
    #expect("\(CredentialsError.unreadable(path: "/a", reason: "No"))" == "/a cannot be read: No")
    #expect("\(CredentialsError.unwritable(path: "/a", reason: "No"))".contains("PIXCRAWLER_API_KEY"))
  }
}
