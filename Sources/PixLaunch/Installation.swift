import Glibc

/// Where the parts of this pixcrawler lie, told from where the running program lies.
public struct Installation: Equatable, Sendable {
  private let prefix: String
  private let home: String?

  /// - Parameters:
  ///   - program: the program's path, without symbolic links: `<prefix>/bin/pixcrawler` or the one behind the commands.
  ///   - home: PIXCRAWLER_HOME, a prefix whose Python package is taken instead.
  public init(program: String, home: String?) {
    let above = program.hasSuffix(Self.commandsPath) ? Self.commandsPath.split(separator: "/").count : 2
    prefix = program.split(separator: "/", omittingEmptySubsequences: false).dropLast(above)
      .joined(separator: "/")
    self.home = home.flatMap { $0.isEmpty ? nil : $0 }
  }

  public static var current: Installation {
    Installation(
      program: LocalFileSystem().resolved("/proc/self/exe"),
      home: getenv("PIXCRAWLER_HOME").map { String(cString: $0) })
  }

  /// The program that a user types.
  public var program: String { "\(prefix)/bin/pixcrawler" }

  /// The folder that holds the Python package `pixcrawler`.
  public var packageFolder: String { "\(home ?? prefix)/lib/pixcrawler/python" }

  /// The module itself.
  public var moduleFile: String { "\(packageFolder)/pixcrawler/__init__.abi3.so" }

  /// The program behind every command but `run` and `repl`.
  public var commands: String { prefix + Self.commandsPath }

  private static let commandsPath = "/lib/pixcrawler/commands"
}
