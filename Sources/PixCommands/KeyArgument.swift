import PixLaunch

/// A key on the command line: the key itself, which others can see, or `-` for standard input.
enum KeyArgument {
  /// What was given in the end, read and told once per process.
  ///
  /// - Parameter instead: where a key is better kept.
  static func value(_ given: String?, instead: String) -> String? {
    guard let given else { return nil }
    if given == "-" { return fromInput }
    if Terminal.showsErrors { tell(instead) }
    return given
  }

  /// Empty where nothing came, which no service takes for a key.
  private static let fromInput = KeyPrompt.read("API key: ") ?? ""

  nonisolated(unsafe) private static var hasTold = false

  private static func tell(_ instead: String) {
    guard !hasTold else { return }
    hasTold = true
    Failure.tell(
      "other users of this machine can see --api-key in the list of processes; \(instead) keeps the key to you")
  }
}
