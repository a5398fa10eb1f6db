import Glibc

/// Where a service's key comes from: what was given, else the environment, else the file of `pixcrawler login`.
public struct KeySearch: Sendable, Equatable, CustomReflectable {
  public enum Source: Sendable, Equatable {
    /// An argument or a flag.
    case given
    case variable(String)
    case file(String)
  }

  public static let variables = ["PIXCRAWLER_API_KEY", "PIXCRAWLER_SERVICE_KEY"]

  public let key: String?
  /// Nil where there is no key.
  public let source: Source?
  /// Who the key is for: the origin of the service's address, as far as it has one.
  public let origin: String
  /// The file, which is read only when nothing else has a key.
  public let file: CredentialsFile
  /// Why the file is not used, although it is there.
  public let fault: CredentialsError?

  /// What this process's environment says.
  public init(given: String? = nil, baseURL: String) {
    var environment: [String: String] = [:]
    for name in KeySearch.variables + Folders.variables {
      environment[name] = getenv(name).map { String(cString: $0) }
    }
    self.init(given: given, baseURL: baseURL, environment: environment)
  }

  /// Empty variables count as none.
  public init(given: String? = nil, baseURL: String, environment: [String: String]) {
    let service = try? ServiceAddress(baseURL)
    origin = service?.origin.description ?? PublicURL(baseURL).description
    file = CredentialsFile(environment: environment)
    let variable = KeySearch.variables.first { environment[$0]?.isEmpty == false }
    if let key = given ?? variable.flatMap({ environment[$0] }) {
      (self.key, fault) = (key, nil)
      source = given == nil ? variable.map(Source.variable) : .given
      return
    }
    var fault: CredentialsError?
    var key: String?
    if let service {
      do throws(CredentialsError) { key = try file.key(for: service) } catch { fault = error }
    }
    (self.key, self.fault) = (key, fault)
    source = key == nil ? nil : .file(file.path)
  }

  /// The source in a word: a variable's name or a path.
  public var sourceName: String? {
    switch source {
    case .given: "--api-key"
    case .variable(let name): name
    case .file(let path): path
    case nil: nil
    }
  }

  /// What can be shown of the key: its last four letters, fewer of a short one.
  public var hint: String? {
    key.map { "…" + $0.suffix($0.count >= 12 ? 4 : $0.count / 4) }
  }

  /// A key prints nowhere by accident.
  public var customMirror: Mirror { Mirror(self, children: ["source": source as Any]) }
}
