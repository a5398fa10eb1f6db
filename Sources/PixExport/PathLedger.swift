import PixDecode

/// Gives every image a path of its own below the dataset's folder: `<class>/<file>`, in the order they come.
///
/// Of what was given before only hashes are kept, so that memory stays small; and since every path depends on those
/// before it alone, a run that goes on where one was killed comes to the same. Two paths that are one to a file system
/// that does not tell case, or ways to write "é", apart, are one here.
struct PathLedger {
  /// Where images without a label go.
  static let unlabeled = "unlabeled"
  /// A longer path's folders are left out: some systems have no room for more.
  private static let longest = 1024

  private var files: Set<Int> = []
  private var folders: Set<Int> = []
  /// The folder of each label, by the label's bytes.
  private var classes: [[UInt8]?: String] = [:]
  /// The lowest number that may be free, by what it is added to.
  private var nextNumbers: [Wish: Int] = [:]

  private struct Wish: Hashable {
    let path: Int
    let mayBeFolder: Bool
  }

  /// - Parameter reserved: files that lie in the dataset's folder itself.
  init(reserved: [String]) {
    for name in reserved { files.insert(PathLedger.key(name)) }
  }

  /// A path for an image of an archive, which is taken from now on.
  mutating func claim(label: String?, entry: String) -> String {
    let parts = EntryPath(entry).parts.map(String.init)
    var folder = folder(of: label)
    if let label, parts.count > 1, parts[0].utf8.elementsEqual(label.utf8) {
      let names = parts[1..<parts.count - 1].map { SafeName($0) }
      let length = names.reduce(folder.utf8.count + SafeName.longest) { $0 + 1 + $1.text.utf8.count }
      if length < PathLedger.longest {
        for name in names { folder = claimFolder(name, in: folder) }
      }
    }
    return claimFile(SafeName(parts.last ?? entry), in: folder)
  }

  /// Takes a path that an earlier run has given.
  mutating func remember(_ path: String, label: String?) {
    let names = path.utf8.split(separator: UInt8(ascii: "/"))
    guard let first = names.first else { return }
    classes[label.map { Array($0.utf8) }] = String(Substring(first))
    var end = path.startIndex
    for name in names.dropLast() {
      end = name.endIndex
      folders.insert(PathLedger.key(String(path[..<end])))
    }
    files.insert(PathLedger.key(path))
  }

  private mutating func folder(of label: String?) -> String {
    let bytes = label.map { Array($0.utf8) }
    if let folder = classes[bytes] { return folder }
    let name = SafeName(label ?? PathLedger.unlabeled)
    let folder = take(name, in: nil, mayBeFolder: false)
    folders.insert(PathLedger.key(folder))
    classes[bytes] = folder
    return folder
  }

  private mutating func claimFolder(_ name: SafeName, in folder: String) -> String {
    let path = take(name, in: folder, mayBeFolder: true)
    folders.insert(PathLedger.key(path))
    return path
  }

  private mutating func claimFile(_ name: SafeName, in folder: String) -> String {
    let path = take(name, in: folder, mayBeFolder: false)
    files.insert(PathLedger.key(path))
    return path
  }

  /// The name itself, or the one with the lowest number that is free.
  ///
  /// - Parameter mayBeFolder: whether a folder of that name is the one that is meant.
  private mutating func take(_ name: SafeName, in folder: String?, mayBeFolder: Bool) -> String {
    func path(_ name: SafeName) -> String { folder.map { "\($0)/\(name.text)" } ?? name.text }
    let wish = Wish(path: PathLedger.key(path(name)), mayBeFolder: mayBeFolder)
    guard isTaken(wish) else { return path(name) }
    var number = nextNumbers[wish] ?? 2
    while isTaken(Wish(path: PathLedger.key(path(name.numbered(number))), mayBeFolder: mayBeFolder)) { number += 1 }
    // What is taken stays taken.
    nextNumbers[wish] = number
    return path(name.numbered(number))
  }

  private func isTaken(_ wish: Wish) -> Bool {
    files.contains(wish.path) || (!wish.mayBeFolder && folders.contains(wish.path))
  }

  /// Of equal paths, and of those some file systems take for equal.
  private static func key(_ path: String) -> Int { path.uppercased().lowercased().hashValue }
}
