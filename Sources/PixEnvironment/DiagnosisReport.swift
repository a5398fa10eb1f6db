import FoundationEssentials
import PixLaunch
import PixRemote
import PixVersion

/// A diagnosis as `pixcrawler doctor --json` prints it: an object whose keys are all there, null where there is nothing.
public struct DiagnosisReport: Sendable {
  public let text: String

  public init(_ diagnosis: Diagnosis, key: KeySearch, folders: Folders) {
    let environment = diagnosis.environment
    text =
      JSONTree.object([
        "python": .object([
          "path": .text(diagnosis.interpreter.python), "version": .text(diagnosis.version),
          "rule": .text(diagnosis.choice.rule.rawValue), "libpython": .text(diagnosis.interpreter.library),
        ]),
        "environment": .object([
          "prefix": .text(environment.prefix), "kind": .text(environment.kind.rawValue),
          "site_packages": .text(environment.sitePackages), "link": .text(Self.word(diagnosis.link)),
          "other_pixcrawler": Self.other(diagnosis.link),
        ]),
        "module": .object([
          "path": .text(diagnosis.module.file), "version": .text(diagnosis.module.version),
          "error": .text(diagnosis.module.failure),
        ]),
        "packages": .object(
          Dictionary(
            uniqueKeysWithValues: (["numpy"] + Diagnosis.frameworks).map { ($0, .text(diagnosis.versions[$0])) })),
        "api_key": .object(["source": .text(key.sourceName)]),
        "config": Self.folder(folders.config),
        "cache": Self.folder(folders.cache),
        "program": .object(["path": .text(diagnosis.program), "version": .text(PixCrawlerVersion.text)]),
        "findings": .list(
          diagnosis.findings.map { .object(["problem": .text($0.problem), "advice": .text($0.advice)]) }),
        "error": .text(nil),
      ]).text
  }

  public init(_ error: LaunchError) { text = JSONTree.object(["error": .text("\(error)")]).text }

  private static func word(_ link: PackageLink.State) -> String {
    switch link {
    case .absent: "none"
    case .ours: "linked"
    case .stale: "stale"
    case .occupied: "occupied"
    }
  }

  private static func other(_ link: PackageLink.State) -> JSONTree {
    guard case .occupied(let module) = link else { return .text(nil) }
    return .object(["version": .text(module.version), "path": .text(module.path), "removal": .text(module.removal)])
  }

  private static func folder(_ path: String) -> JSONTree {
    .object(["path": .text(path), "exists": .flag(FileManager.default.fileExists(atPath: path))])
  }
}
