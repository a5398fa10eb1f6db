import FoundationEssentials
import Glibc
import PixRemote

/// A chunk on its way to this disk, in a folder that carries its owner's name.
///
/// A later process takes it over by renaming it, which only one can do, on every file system.
struct PartFolder: Equatable {
  let path: String

  var bytes: String { "\(path)/bytes" }
  private var head: String { "\(path)/head.json" }

  /// What tells the file on the server from another one.
  private struct Head: Codable {
    var etag: String?
    var lastModified: String?
    var length: Int?
  }

  /// A new one, or the longest that was left behind, which then is ours.
  init(of place: Int, in parts: String, for owner: DownloadOwner) throws(ExportError) {
    path = "\(parts)/\(place).\(owner)"
    let left = PartFolder.left(in: parts, by: owner).filter { $0.place == place }
      .sorted { (Disk.size(of: "\($0.path)/bytes") ?? 0) > (Disk.size(of: "\($1.path)/bytes") ?? 0) }
    for other in left where !Disk.exists(path) || other.path == path {
      if other.path == path || rename(other.path, path) == 0 { break }
    }
    for other in left where other.path != path { try? Disk.remove(other.path) }
    try Disk.makeFolder(path)
  }

  /// Parts nobody is at work on.
  private static func left(in parts: String, by owner: DownloadOwner) -> [(path: String, place: Int)] {
    Disk.names(in: parts).compactMap { name in
      guard let dot = name.firstIndex(of: "."), let place = Int(name[..<dot]),
        let other = DownloadOwner(name[name.index(after: dot)...])
      else { return nil }
      let path = "\(parts)/\(name)"
      guard other == owner || isLeft(path, by: other) else { return nil }
      return (path, place)
    }
  }

  /// Another machine's process is taken for gone when its file has not grown for a while.
  private static func isLeft(_ path: String, by owner: DownloadOwner) -> Bool {
    if let isAlive = owner.isAlive { return !isAlive }
    var status = stat()
    return stat("\(path)/bytes", &status) != 0 || status.st_mtim.tv_sec < time(nil) - 600
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
    try Disk.write([UInt8]((try? JSONEncoder().encode(head)) ?? Data()), to: self.head)
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
