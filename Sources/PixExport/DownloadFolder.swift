import Glibc

/// Where a download lies: under its final name when it is finished, and beside it while it is not.
struct DownloadFolder: Equatable {
  /// The dataset's own.
  let final: String

  init(_ name: String, in parent: String) {
    var parent = parent[...]
    while parent.count > 1, parent.hasSuffix("/") { parent.removeLast() }
    final = parent == "/" ? "/\(name)" : "\(parent)/\(name)"
  }

  /// A finished one.
  init(final: String) {
    var path = final[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.final = String(path)
  }

  /// Everything that is not finished.
  var work: String { "\(final).partial" }
  /// What gets the final name.
  var tree: String { "\(work)/tree" }
  var journal: String { "\(work)/journal.jsonl" }
  /// Chunks on their way, each in a folder of its own.
  var parts: String { "\(work)/parts" }
  /// Whole and proven chunks that have not been written in the format that is asked for.
  var chunks: String { "\(work)/chunks" }
  var lock: String { "\(work)/lock" }
  /// What a finished dataset should be.
  var record: String { DownloadFolder.record(in: final) }

  static func record(in folder: String) -> String { "\(folder)/.pixcrawler.jsonl" }

  func chunk(_ place: Int) -> String { "\(chunks)/\(place).zip" }

  /// The folder that holds all of them.
  var parent: String {
    guard let slash = final.lastIndex(of: "/") else { return "." }
    return slash == final.startIndex ? "/" : String(final[..<slash])
  }

  /// Makes the folders of unfinished work.
  func prepare() throws(ExportError) {
    guard isWorkOurs else { throw .occupied(work) }
    try Disk.makeFolders(parent)
    for folder in [work, tree, parts, chunks] { try Disk.makeFolder(folder) }
  }

  /// Gives what was made its final name.
  func finish() throws(ExportError) {
    Disk.synchronize(tree)
    guard rename(tree, final) == 0 else { throw .file(path: final, code: errno) }
    Disk.synchronize(parent)
    clear()
  }

  /// What another one is still making there stays for the next to clear away.
  func clear() {
    if isWorkOurs { try? Disk.remove(work) }
  }

  /// Whether nothing lies there that no download made: somebody may have a folder of that name.
  private var isWorkOurs: Bool {
    let ours = [tree, journal, parts, chunks, lock]
    return Disk.names(in: work).allSatisfy { name in
      ours.contains { "\(work)/\(name)" == $0 || "\(work)/\(name)".hasPrefix("\($0).new-") }
    }
  }
}
