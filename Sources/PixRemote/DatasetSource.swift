import Glibc

/// Where a dataset is: a job of the service, a description somewhere on the web, a folder, or bare archives.
public enum DatasetSource: Sendable, Equatable {
  case job(id: String)
  /// The place of a `dataset.json`.
  case description(Resource)
  /// Zip archives without a description, in the order they are read.
  case archives([String])

  /// Reads what a user typed. A local path wins over a job id only when a dataset really lies there.
  public init(_ text: String) throws(RemoteError) {
    guard !text.isEmpty, !text.contains("\0") else { throw .source(reason: "no dataset is named") }
    let path = DatasetSource.expandingHome(text)
    if Resource.isWebAddress(text) {
      guard Origin(text) != nil else { throw .source(reason: "\(PublicURL(text)) is no http or https address") }
      self = .description(.remote(url: DatasetSource.documentURL(text)))
    } else if text.contains("://") {
      throw .source(reason: "\(PublicURL(text)) is no http or https address")
    } else if let local = DatasetSource.local(path) {
      self = local
    } else if text.hasPrefix(".") || text.hasPrefix("/") || text.hasPrefix("~") || text.contains("/")
      || text.hasSuffix(".zip")
    {
      throw .nowhere(
        reason: "\(text) is no dataset: there is neither a dataset.json nor a zip archive"
          + (access(path, F_OK) == 0 ? " in it" : ", nor anything else, at that path"))
    } else {
      self = .job(id: text)
    }
  }

  /// `https://host/pets` and `https://host/pets/` mean `https://host/pets/dataset.json`; a query is kept.
  private static func documentURL(_ text: String) -> String {
    let path = text.prefix { $0 != "?" && $0 != "#" }
    let query = text[path.endIndex...]
    if path.hasSuffix(".json") { return text }
    return path + (path.hasSuffix("/") ? "" : "/") + "dataset.json" + query
  }

  private static func expandingHome(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
    return String(cString: home) + path.dropFirst(1)
  }

  private static func local(_ path: String) -> DatasetSource? {
    if path.hasSuffix("dataset.json"), access(path, R_OK) == 0 { return .description(.file(path: path)) }
    if path.hasSuffix(".zip"), access(path, F_OK) == 0 { return .archives([path]) }
    let folder = path.hasSuffix("/") ? path : path + "/"
    if access(folder + "dataset.json", R_OK) == 0 {
      return .description(.file(path: folder + "dataset.json"))
    }
    let archives = names(in: folder).filter { $0.hasSuffix(".zip") && !$0.hasPrefix(".") }.sorted()
    return archives.isEmpty ? nil : .archives(archives.map { folder + $0 })
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }
}
