import FoundationEssentials
import PixRemote
import PixVersion

/// A diagnosis as `pixcrawler doctor` prints it.
public struct DiagnosisCard: Sendable {
  public let text: String

  /// - Parameter key: where the API key comes from; the key itself is nobody's business.
  public init(_ diagnosis: Diagnosis, key: KeySearch, folders: Folders) {
    let environment = diagnosis.environment
    var rows = [
      ("Python", "\(diagnosis.interpreter.python) (\(diagnosis.version))"),
      ("Chosen by", diagnosis.choice.rule.rawValue),
      ("Environment", "\(environment.prefix)\(Self.words(environment.kind))"),
      ("libpython", diagnosis.interpreter.library ?? "none to share; Python is started as a program of its own"),
      ("Module", Self.words(diagnosis.module)),
      ("Plain python", Self.words(diagnosis.link, environment.kind)),
      ("NumPy", diagnosis.versions["numpy"] ?? (diagnosis.numpyFailure == nil ? "not installed" : "broken")),
    ]
    rows += Diagnosis.frameworks.map { ($0, diagnosis.versions[$0] ?? "not installed") }
    rows += [
      ("API key", Self.words(key)),
      ("Config", "\(folders.config) (\(Self.existence(folders.config)); keys that pixcrawler login stores)"),
      ("Cache", "\(folders.cache) (\(Self.existence(folders.cache)); nothing is kept on disk)"),
      ("Program", "\(diagnosis.program) (\(PixCrawlerVersion.text))"),
    ]
    let width = rows.map(\.0.count).max() ?? 0
    var lines = rows.map { label, value in
      "\(label):" + String(repeating: " ", count: width - label.count + 1) + value
    }
    for finding in diagnosis.findings { lines += ["", "Problem: \(finding.problem)", "Next:    \(finding.advice)"] }
    text = lines.joined(separator: "\n")
  }

  private static func words(_ key: KeySearch) -> String {
    key.sourceName.map { "from \($0)" }
      ?? "none; \(key.fault?.description ?? "for a service that asks for one: pixcrawler login")"
  }

  private static func words(_ kind: PythonEnvironment.Kind) -> String {
    switch kind {
    case .virtual: " (virtual environment)"
    case .conda: " (conda environment)"
    case .installation: ""
    }
  }

  private static func words(_ module: Diagnosis.Module) -> String {
    guard module.failure == nil else { return "cannot be imported" }
    return "\(module.file ?? "built in") (\(module.version ?? "of unknown version"))"
  }

  private static func words(_ link: PackageLink.State, _ kind: PythonEnvironment.Kind) -> String {
    switch link {
    case .absent where kind == .installation: "does not see the module"
    case .absent: "does not see the module; pixcrawler env link changes that"
    case .ours: "sees the module (pixcrawler env link)"
    case .stale: "does not see the module: the link leads nowhere"
    case .occupied(let other): "sees \(other)"
    }
  }

  static func existence(_ folder: String) -> String {
    FileManager.default.fileExists(atPath: folder) ? "exists" : "not there"
  }
}
