import FoundationEssentials
import PixRemote

/// A chunk on its way to this disk, and what tells its file on the server from another one.
struct PartFolder: Equatable {
  let path: String

  static func bytes(in path: String) -> String { "\(path)/bytes" }
  var bytes: String { PartFolder.bytes(in: path) }
  private var head: String { "\(path)/head.json" }

  private struct Head: Codable {
    var etag: String?
    var lastModified: String?
    var length: Int?
  }

  /// A new one, or the one that was begun there.
  init(of place: Int, in parts: String) throws(ExportError) {
    path = "\(parts)/\(place)"
    try Disk.makeFolder(path)
  }

  var size: Int { Disk.size(of: bytes) ?? 0 }

  /// The server's file as it was when the bytes here came; nil when nothing is known of it.
  var expected: ResponseHead? {
    guard size > 0, let text = try? Disk.read(head),
      let head = try? JSONDecoder().decode(Head.self, from: Data(text))
    else { return nil }
    var fields: [String: String] = [:]
    fields["etag"] = head.etag
    fields["last-modified"] = head.lastModified
    fields["content-length"] = head.length.map(String.init)
    return ResponseHead(status: 200, fields: fields)
  }

  func note(_ answer: ResponseHead) throws(ExportError) {
    let identity = answer.identity
    let head = Head(
      etag: identity["etag"], lastModified: identity["last-modified"], length: identity.contentLength)
    // On the transfer thread, where a slow disk would hold up all the others.
    try Disk.write([UInt8]((try? JSONEncoder().encode(head)) ?? Data()), to: self.head, isDurable: false)
  }

  /// Forgets what came so far.
  func empty() throws(ExportError) {
    try Disk.remove(head)
    try Disk.remove(bytes)
  }

  /// Gives the whole chunk its name.
  func finish(as file: String) throws(ExportError) {
    Disk.synchronize(bytes)
    try Disk.move(bytes, to: file)
    try? Disk.remove(path)
  }
}
