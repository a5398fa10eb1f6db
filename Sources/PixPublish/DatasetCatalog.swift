import Foundation
import PixRemote

/// The datasets below a folder: the folder itself, or each direct subfolder with a `dataset.json`.
struct DatasetCatalog {
  struct Entry {
    var job: Job
    /// URL path of its folder: "" or "/name", percent-encoded.
    var prefix: String
  }

  let root: String

  init(_ root: String) { self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root }

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

  /// The file behind a URL path; nil when there is none inside the root.
  func file(at path: String) -> String? {
    guard !path.contains("\0"), let resolved = realpath(root + "/" + path, nil),
      let base = realpath(root, nil)
    else { return nil }
    defer {
      free(resolved)
      free(base)
    }
    let file = String(cString: resolved)
    return file.hasPrefix(String(cString: base) + "/") ? file : nil
  }
}
