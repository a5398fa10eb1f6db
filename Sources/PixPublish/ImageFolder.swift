import Foundation
import PixDecode

/// A folder of class folders of images: `cat/1.jpg` is a cat.
struct ImageFolder {
  struct Image: Equatable {
    /// Below the folder, with "/".
    var path: String
    /// The top folder; nil for images that lie in no folder.
    var label: String?
    var size: Int
    var modified: Int
  }

  let root: String
  /// Sorted by the bytes of their paths.
  private(set) var images: [Image] = []
  /// Files that are no images, by content, and links that lead nowhere. Sorted.
  private(set) var leftOut: [String] = []

  /// Looks at every file's first bytes. Hidden files, `__MACOSX` and linked folders are passed over.
  init(_ root: String) throws(PublishError) {
    self.root = root
    guard ImageFolder.kind(root) == S_IFDIR else { throw .notAFolder(root) }
    try collect("")
    guard !images.isEmpty else { throw .noImages(root) }
    // By bytes, as every language orders them: Swift takes two ways to write "é" for the same.
    images.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    leftOut.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The labels of all images, each once, sorted by their bytes.
  var labels: [String] {
    Set(images.compactMap(\.label).map { Array($0.utf8) })
      .sorted { $0.lexicographicallyPrecedes($1) }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// Images by label; nil where two labels are told apart by their bytes alone, as no JSON reader may do.
  var labelCounts: [String: Int]? {
    var counts: [String: Int] = [:]
    for label in images.compactMap(\.label) { counts[label, default: 0] += 1 }
    return counts.count == labels.count ? counts : nil
  }

  private mutating func collect(_ below: String) throws(PublishError) {
    let folder = below.isEmpty ? root : "\(root)/\(below)"
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
      throw .file(path: folder, reason: "it cannot be listed (\(String(cString: strerror(errno))))")
    }
    for name in names where !name.hasPrefix(".") && name != "__MACOSX" {
      let path = below.isEmpty ? name : "\(below)/\(name)"
      var status = stat()
      guard lstat("\(root)/\(path)", &status) == 0 else {
        leftOut.append(path)
        continue
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        try collect(path)
      } else if stat("\(root)/\(path)", &status) != 0 {
        leftOut.append(path)
      } else if status.st_mode & S_IFMT == S_IFREG {
        try add(path, status)
      }
    }
  }

  private mutating func add(_ path: String, _ status: stat) throws(PublishError) {
    guard let file = fopen("\(root)/\(path)", "rb") else {
      throw .file(path: "\(root)/\(path)", reason: String(cString: strerror(errno)))
    }
    defer { fclose(file) }
    var start = [UInt8](repeating: 0, count: 16)
    let count = fread(&start, 1, start.count, file)
    guard
      start.withUnsafeBytes({ ImageFormat(sniffing: UnsafeRawBufferPointer(rebasing: $0[..<count])) }) != nil
    else { return leftOut.append(path) }
    let folders = path.split(separator: "/")
    images.append(
      Image(
        path: path, label: folders.count > 1 ? String(folders[0]) : nil, size: Int(status.st_size),
        modified: Int(status.st_mtim.tv_sec)))
  }

  private static func kind(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
