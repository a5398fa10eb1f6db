import Foundation
import PixRemote

/// The datasets below a folder: the folder itself, or each direct subfolder with a `dataset.json`.
struct DatasetCatalog {
  struct Entry {
    var job: Job
    /// URL path of its folder: "" or "/name", percent-encoded.
    var prefix: String

    /// A chunk with its address on this host; one that lies elsewhere keeps its own.
    func served(_ chunk: ChunkReference) -> ChunkReference {
      guard !chunk.url.contains("://"), !chunk.url.hasPrefix("/") else { return chunk }
      var chunk = chunk
      chunk.url = "\(prefix)/\(chunk.url)"
      return chunk
    }
  }

  let root: String

  init(_ root: String) { self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root }

  /// Throws where there is nothing to serve yet, and says why.
  init(serving root: String) throws(PublishError) {
    self.init(root)
    guard entries.isEmpty else { return }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue else {
      throw .notAFolder(root)
    }
    let description = "\(self.root)/dataset.json"
    guard !FileManager.default.fileExists(atPath: description) else {
      throw .file(path: description, reason: "it describes no dataset. Pack the dataset again with --force")
    }
    throw .noDatasets(root)
  }

  /// Read anew each time: datasets may come and go while they are served. By id.
  var entries: [Entry] {
    var found: [Entry] = []
    if let job = job(in: root) { found.append(Entry(job: job, prefix: "")) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    for name in names.sorted() where !name.hasPrefix(".") {
      guard let job = job(in: "\(root)/\(name)"),
        let encoded = name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
      else { continue }
      found.append(Entry(job: job, prefix: "/\(encoded)"))
    }
    return found.sorted { $0.job.id < $1.job.id }
  }

  func entry(_ id: String) -> Entry? { entries.first { $0.job.id == id } }

  private func job(in folder: String) -> Job? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/dataset.json") else { return nil }
    return try? JSONDecoder().decode(Job.self, from: data)
  }

  /// The file behind a URL path; nil when there is none inside the root, and for hidden ones.
  func file(at path: String) -> String? {
    guard !path.utf8.contains(0), !path.utf8.split(separator: UInt8(ascii: "/")).contains(where: \.isHidden),
      let resolved = realpath(root + "/" + path, nil), let base = realpath(root, nil)
    else { return nil }
    defer {
      free(resolved)
      free(base)
    }
    let file = String(cString: resolved)
    return file.hasPrefix(String(cString: base) + "/") ? file : nil
  }
}

extension Substring.UTF8View {
  /// Whether it begins with a dot, as ".." does.
  fileprivate var isHidden: Bool { first == UInt8(ascii: ".") }
}
