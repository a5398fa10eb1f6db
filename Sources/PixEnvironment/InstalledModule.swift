/// A module `pixcrawler` that somebody else put into an environment.
public struct InstalledModule: Equatable, Sendable, CustomStringConvertible {
  /// Nil where only its files are there, and no package manager's word about them.
  public var version: String?
  public var path: String
  /// The command that takes it away.
  public var removal: String

  public var description: String { "\(version.map { "pixcrawler \($0)" } ?? "another pixcrawler") in \(path)" }
}
