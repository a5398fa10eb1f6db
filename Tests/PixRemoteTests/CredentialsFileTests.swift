import Glibc
import Testing

@testable import PixRemote

@Suite struct CredentialsFileTests {
  private let folder: TemporaryFolder
  private let file: CredentialsFile
  private let service: ServiceAddress
  private let other: ServiceAddress

  init() throws {
    folder = try TemporaryFolder()
    file = CredentialsFile(environment: ["XDG_CONFIG_HOME": "\(folder.path)/deep/config"])
    service = try ServiceAddress("https://host")
    other = try ServiceAddress("http://[::1]:8000")
  }

  private func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  private func write(_ text: String, mode: mode_t = 0o600) {
    let parent = String(file.path.dropLast("/credentials.json".count))
    for end in parent.indices where parent[end] == "/" { mkdir(String(parent[..<end]), 0o700) }
    mkdir(parent, 0o700)
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC, mode)
    _ = text.withCString { Glibc.write(descriptor, $0, strlen($0)) }
    fchmod(descriptor, mode)
    close(descriptor)
  }

  @Test func aKeyIsKeptForItsServiceAndForItsOwnerAlone() throws {
    #expect(try file.key(for: service) == nil)
    let before = umask(0)
    defer { umask(before) }
    try file.store("s3cr3t", for: service)
    #expect(mode(file.path) == 0o600)
    #expect(mode("\(folder.path)/deep/config/pixcrawler") == 0o700)
    #expect(try file.key(for: service) == "s3cr3t")
    #expect(try file.key(for: other) == nil)
    try file.store("another", for: other)
    try file.store("newer", for: service)
    #expect(try file.key(for: service) == "newer")
    #expect(try file.key(for: other) == "another")
  }

  @Test func aKeyIsForgottenAndTheEmptyFileWithIt() throws {
    #expect(try !file.forget(service))
    try file.store("one", for: service)
    try file.store("two", for: other)
    #expect(try file.forget(service))
    #expect(try !file.forget(service))
    #expect(try file.key(for: other) == "two")
    #expect(try file.forget(other))
    #expect(!file.isThere)
  }

  @Test(arguments: [0o640, 0o604, 0o660, 0o644, 0o666] as [mode_t])
  func aFileThatOthersCanReadIsRefused(_ open: mode_t) throws {
    write(#"{"keys": {"https://host": "s3cr3t"}}"#, mode: open)
    let refusal = CredentialsError.exposed(path: file.path, mode: String(open, radix: 8))
    #expect(throws: refusal) { try file.key(for: service) }
    #expect(throws: refusal) { try file.store("new", for: service) }
    #expect(mode(file.path) == open)
    #expect(try file.forget(service))
  }

  @Test(arguments: ["", "{", "[]", #"{"keys": ["a"]}"#, #"{"keys": {"https://host": 7}}"#])
  func whatIsNoFileOfKeysIsRefusedAndCanBeRemoved(_ text: String) throws {
    write(text)
    #expect(throws: CredentialsError.malformed(path: file.path)) { try file.key(for: service) }
    #expect(try file.forget(service))
    #expect(!file.isThere)
  }

  @Test func aFileTooLongForKeysIsNotRead() throws {
    write("{" + String(repeating: " ", count: CredentialsFile.longest) + "}")
    #expect(throws: CredentialsError.malformed(path: file.path)) { try file.key(for: service) }
  }

  @Test func aPipeInItsPlaceKeepsNobodyWaiting() throws {
    write("")
    unlink(file.path)
    mkfifo(file.path, 0o600)
    #expect(throws: CredentialsError.unreadable(path: file.path, reason: "it is no file")) {
      try file.key(for: service)
    }
  }

  @Test func whereNothingCanBeWrittenItSaysSo() throws {
    let blocked = CredentialsFile(environment: ["XDG_CONFIG_HOME": "/proc/nowhere"])
    #expect(throws: CredentialsError.unwritable(path: blocked.path, reason: "No such file or directory")) {
      try blocked.store("key", for: service)
    }
    #expect(try blocked.key(for: service) == nil)
  }
}
