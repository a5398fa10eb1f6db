import PixRemote
import PixStream

/// Where the key comes from, as `pixcrawler auth status` prints it.
struct AuthStatus: Encodable {
  /// The keys of `--json`; they stay.
  enum CodingKeys: String, CodingKey { case service, source, hint, file, problem, accepted }

  private let search: KeySearch
  private let accepted: Bool?
  private let refusal: DatasetError?

  init(_ search: KeySearch, isChecked: Bool = false, refusal: DatasetError? = nil) {
    self.search = search
    self.refusal = refusal
    // Whoever could not be asked has not refused.
    accepted =
      switch refusal {
      case nil: isChecked ? true : nil
      case let error? where ErrorReport(error).kind == .authentication: false
      default: nil
      }
  }

  private var problem: String? {
    search.fault?.description ?? refusal.map { ErrorReport($0, for: .commandLine).message }
  }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(search.origin, forKey: .service)
    try fields.encode(search.sourceName, forKey: .source)
    try fields.encode(search.hint, forKey: .hint)
    try fields.encode(search.file.path, forKey: .file)
    try fields.encode(problem, forKey: .problem)
    try fields.encode(accepted, forKey: .accepted)
  }

  var text: String {
    var lines = ["Service: \(search.origin)"]
    if let source = search.sourceName, let hint = search.hint {
      lines += ["Key: \(hint)", "Source: \(source)"]
    } else {
      let places = ["--api-key"] + KeySearch.variables + [search.file.path]
      lines += ["Key: none", "Looked at: \(places.joined(separator: ", "))"]
      lines.append("Problem: \(search.fault?.description ?? missing)")
    }
    if accepted == true { lines.append("The service takes it.") }
    return lines.joined(separator: "\n")
  }

  private var missing: String {
    let file = search.file.isThere ? "the file has no key for \(search.origin)" : "the file is not there"
    let place = search.origin == DatasetConfiguration.defaultBaseURL ? "" : " --base-url \(ShellWord(search.origin))"
    return "\(file). To store one: pixcrawler login\(place)"
  }
}
