/// What stands after `pixcrawler run`: the option `--python`, then Python's own command line.
public struct RunRequest: Equatable, Sendable {
  public var python: String?
  /// The script and its arguments, or Python's own options first.
  public var arguments: ArraySlice<String>

  /// Nil where nothing is to be run: no script, a question for help, `--python` without its value.
  ///
  /// Only `--python` is ours, and only first. Everything else, whatever it looks like, is Python's or the script's.
  public init?(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let first = rest.first {
      if first == "--python" {
        guard rest.count >= 2 else { return nil }
        python = rest[rest.startIndex + 1]
        rest = rest.dropFirst(2)
      } else if first.hasPrefix("--python=") {
        python = String(first.dropFirst("--python=".count))
        rest = rest.dropFirst()
      } else {
        break
      }
    }
    guard let first = rest.first, first != "--help", first != "-h" else { return nil }
    self.arguments = rest
  }
}
