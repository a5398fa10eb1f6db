import FoundationEssentials
import Glibc

/// The keys that `pixcrawler login` keeps, one per service, in a file that only its owner can read.
///
/// A key is kept for the origin it was given for, and found for no other.
public struct CredentialsFile: Sendable, Equatable {
  static let longest = 1 << 20

  public let path: String

  public init(environment: [String: String]) {
    path = "\(Folders(environment: environment).config)/credentials.json"
  }

  private struct Content: Codable {
    var keys: [String: String] = [:]
  }

  /// The key for a service; nil where there is no file, or none for this service in it.
  public func key(for service: ServiceAddress) throws(CredentialsError) -> String? {
    try content(refusesExposed: true)?.keys[service.origin.description]
  }

  public var isThere: Bool { access(path, F_OK) == 0 }

  /// Keeps a key in place of the one there was.
  public func store(_ key: String, for service: ServiceAddress) throws(CredentialsError) {
    var content = try content(refusesExposed: true) ?? Content()
    content.keys[service.origin.description] = key
    try write(content)
  }

  /// Forgets the key for a service. Returns false where there was none. A file without keys goes, too.
  public func forget(_ service: ServiceAddress) throws(CredentialsError) -> Bool {
    var content: Content
    do throws(CredentialsError) {
      guard let found = try self.content(refusesExposed: false) else { return false }
      content = found
    } catch .malformed {
      try remove()
      return true
    }
    guard content.keys.removeValue(forKey: service.origin.description) != nil else { return false }
    if content.keys.isEmpty { try remove() } else { try write(content) }
    return true
  }

  // MARK: The file

  private func content(refusesExposed: Bool) throws(CredentialsError) -> Content? {
    // A pipe in its place must not keep anybody waiting.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is no file")
    }
    let mode = status.st_mode & 0o777
    if refusesExposed, mode & 0o077 != 0 { throw .exposed(path: path, mode: String(mode, radix: 8)) }
    guard let bytes = CredentialsFile.bytes(of: descriptor),
      let content = try? JSONDecoder().decode(Content.self, from: Data(bytes))
    else { throw .malformed(path: path) }
    return content
  }

  /// Nil when there are more than any file of keys has.
  private static func bytes(of descriptor: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = read(descriptor, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count == 0 ? bytes : nil }
      bytes += part[..<count]
      guard bytes.count <= longest else { return nil }
    }
  }

  /// Written aside and renamed; never, not even for a moment, open to others.
  private func write(_ content: Content) throws(CredentialsError) {
    makeFolder()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(content) else { throw .malformed(path: path) }
    let text = Array(json) + [UInt8(ascii: "\n")]
    let aside = "\(path).\(getpid())"
    unlink(aside)
    let descriptor = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw unwritable }
    let isWritten = Glibc.write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
    let reason = errno
    close(descriptor)
    errno = reason
    guard isWritten, rename(aside, path) == 0 else {
      defer { unlink(aside) }
      throw unwritable
    }
  }

  private func remove() throws(CredentialsError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw unwritable }
  }

  private var unwritable: CredentialsError { .unwritable(path: path, reason: String(cString: strerror(errno))) }

  /// With its parents, for the owner alone; what is there already stays as it is.
  private func makeFolder() {
    for end in path.indices where path[end] == "/" && end != path.startIndex { mkdir(String(path[..<end]), 0o700) }
  }
}
