/// The folder that holds the Python package `pixcrawler`.
enum PackageFolder {
  /// `<prefix>/lib/pixcrawler/python` beside the `<prefix>/bin` that the program lies in; PIXCRAWLER_HOME names
  /// another prefix.
  static func path(program: String, home: String?) -> String {
    let prefix =
      if let home, !home.isEmpty {
        home
      } else {
        program.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
      }
    return "\(prefix)/lib/pixcrawler/python"
  }
}
