/// What progress looks like, once it is known who looks on.
enum ProgressStyle: Equatable {
  /// One line that is painted again and again; `blocks` where the terminal can show block characters.
  case bar(blocks: Bool)
  case plain, json, none

  init(_ mode: ProgressMode, isTerminal: Bool, environment: [String: String]) {
    switch mode {
    case .none: self = .none
    case .json: self = .json
    case .plain: self = .plain
    // A dumb terminal cannot take a line back, whoever asks for a bar.
    case .auto where !isTerminal, .bar where environment["TERM"] == "dumb", .auto where environment["TERM"] == "dumb":
      self = .plain
    case .auto, .bar: self = .bar(blocks: ProgressStyle.isUTF8(environment))
    }
  }

  /// The first of the three that says anything decides.
  private static func isUTF8(_ environment: [String: String]) -> Bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    let parts = locale.lowercased().split(separator: ".")
    return parts.count == 2 && ["utf-8", "utf8"].contains(parts[1].prefix { $0 != "@" })
  }
}
