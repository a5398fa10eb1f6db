/// Where the parts of this pixcrawler lie, told from where its program lies: `<prefix>/bin/pixcrawler`.
struct Installation {
  private let prefix: String
  private let home: String?

  /// - Parameters:
  ///   - program: the program's path, without symbolic links.
  ///   - home: PIXCRAWLER_HOME, a prefix whose Python package is taken instead.
  init(program: String, home: String?) {
    prefix = program.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/")
    self.home = home.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The folder that holds the Python package `pixcrawler`.
  var packageFolder: String { "\(home ?? prefix)/lib/pixcrawler/python" }

  /// The program behind every command but `run`.
  var commands: String { "\(prefix)/lib/pixcrawler/commands" }
}
