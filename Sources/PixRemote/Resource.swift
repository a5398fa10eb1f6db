import FoundationEssentials

/// One thing with bytes: a URL or a local file.
public enum Resource: Sendable, Equatable {
  case remote(url: String)
  case file(path: String)

  /// `reference` as a document at this place means it: absolute, or relative to the document.
  public func resolving(_ reference: String) throws(RemoteError) -> Resource {
    if Resource.isWebAddress(reference) { return .remote(url: reference) }
    switch self {
    case .remote(let base):
      guard let resolved = URL(string: reference, relativeTo: URL(string: base))?.absoluteString,
        Origin(resolved) != nil
      else { throw .description(url: publicURL, reason: "\"\(PublicURL(reference))\" is no http or https URL") }
      return .remote(url: resolved)
    case .file(let base):
      guard !reference.hasPrefix("/"), !reference.contains("\0"),
        !reference.split(separator: "/").contains("..")
      else {
        throw .description(
          url: publicURL, reason: "the chunk path \"\(reference)\" leaves the dataset's folder")
      }
      let folder = base.lastIndex(of: "/").map { base[...$0] } ?? ""
      return .file(path: folder + reference)
    }
  }

  public var publicURL: PublicURL {
    switch self {
    case .remote(let url): PublicURL(url)
    case .file(let path): PublicURL(path: path)
    }
  }

  /// Nil for files.
  var origin: Origin? {
    if case .remote(let url) = self { Origin(url) } else { nil }
  }

  static func isWebAddress(_ text: String) -> Bool {
    let start = text.prefix(8).lowercased()
    return start.hasPrefix("http://") || start == "https://"
  }
}

extension Resource: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { publicURL.description }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
