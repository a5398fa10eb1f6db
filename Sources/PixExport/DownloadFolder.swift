import Glibc

/// Where a download lies: under its final name when it is finished, and beside it while it is not.
///
/// Each process works in a folder of its own, which carries its name. A later one takes over what was left there by
/// renaming it, which only one can do, on every file system.
struct DownloadFolder: Equatable {
  /// The dataset's own.
  let final: String
  let owner: DownloadOwner

  init(_ name: String, in parent: String) {
    let parent = DownloadFolder.bare(parent)
    self.init(at: parent == "/" ? "/\(name)" : "\(parent)/\(name)", of: .current)
  }

  /// A finished one.
  init(final: String) { self.init(at: DownloadFolder.bare(final), of: .current) }

  private init(at final: String, of owner: DownloadOwner) {
    self.final = final
    self.owner = owner
  }

  /// Without slashes at its end.
  private static func bare(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }

  /// Everything that is not finished, whoever's.
  var unfinished: String { "\(final).partial" }
  var lock: String { "\(unfinished)/lock" }
  /// Everything of this process.
  var work: String { "\(unfinished)/\(owner)" }
  /// What gets the final name.
  var tree: String { "\(work)/tree" }
  var journal: String { "\(work)/journal.jsonl" }
  /// Chunks on their way, each in a folder of its own.
  var parts: String { "\(work)/parts" }
  /// Whole and proven chunks that have not been written in the format that is asked for.
  var chunks: String { "\(work)/chunks" }
  /// What a finished dataset should be.
  var record: String { DownloadFolder.record(in: final) }

  static func record(in folder: String) -> String { "\(folder)/.pixcrawler.jsonl" }

  func chunk(_ place: Int) -> String { "\(chunks)/\(place).zip" }

  /// A chunk in which something is wrong, even fetched twice; a later process does not take it for proven.
  func doubted(_ place: Int) -> String { "\(chunks)/\(place).doubted.zip" }

  /// The folder that holds all of them.
  var parent: String {
    guard let slash = final.lastIndex(of: "/") else { return "." }
    return slash == final.startIndex ? "/" : String(final[..<slash])
  }

  /// Makes the folder in which processes work.
  func prepare() throws(ExportError) {
    guard isUnfinishedOurs else { throw .occupied(unfinished) }
    try Disk.makeFolders(parent)
    try Disk.makeFolder(unfinished)
  }

  /// Makes the folders of this process's work; out of what was left by others, if anything was.
  ///
  /// - Parameter isAlone: whether nobody else can be at work here.
  func begin(isAlone: Bool) throws(ExportError) {
    let left = others.filter { isAlone || $0.isLeft }
    // Renaming fails for all but one of those who want the same.
    for other in left where !Disk.exists(work) { _ = rename(other.work, work) }
    for other in left { try? Disk.remove(other.work) }
    try makeFolders()
  }

  func makeFolders() throws(ExportError) {
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
    if isUnfinishedOurs { try? Disk.remove(unfinished) }
  }

  // MARK: Others

  /// What a download would go on with.
  var furthest: DownloadFolder { Disk.exists(work) ? self : others.first ?? self }

  /// The folders of other processes, the one that got furthest first.
  private var others: [DownloadFolder] {
    Disk.names(in: unfinished).compactMap { DownloadOwner($0) }.filter { $0 != owner }
      .map { DownloadFolder(at: final, of: $0) }
      .sorted { $0.progress > $1.progress }
  }

  private var progress: (journal: Int, bytes: Int) {
    let files = Disk.names(in: chunks).map { "\(chunks)/\($0)" } + partFiles
    return (Disk.size(of: journal) ?? 0, files.reduce(0) { $0 + (Disk.size(of: $1) ?? 0) })
  }

  private var partFiles: [String] { Disk.names(in: parts).map { PartFolder.bytes(in: "\(parts)/\($0)") } }

  /// Whether nobody is at work in it. Another machine's process is taken for gone when nothing has grown for a while.
  private var isLeft: Bool {
    if let isAlive = owner.isAlive { return !isAlive }
    let touched = ([work, journal, parts] + partFiles).compactMap(Disk.modified).max() ?? 0
    return touched < time(nil) - 600
  }

  /// Whether nothing lies there that no download made: somebody may have a folder of that name.
  private var isUnfinishedOurs: Bool {
    Disk.names(in: unfinished).allSatisfy { $0 == "lock" || DownloadOwner($0) != nil }
  }
}
