import FoundationEssentials

/// The environment's names for a command's flags: `--max-workers` is `PIXCRAWLER_MAX_WORKERS`.
///
/// Fed by Argument Parser's own description of the command, so a new flag has its name without a word more.
struct EnvironmentNames {
  /// A flag and its variable.
  struct Flag: Equatable {
    var name: String
    var variable: String
    /// One letter, as in `-q`.
    var letter: Character?
    var hasValue: Bool
    var isRepeating: Bool
    /// Whether it is looked up where it is used, and not put on the command line.
    var isReadElsewhere: Bool
  }

  private struct Tool: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String
    }
    struct Argument: Decodable {
      var kind: String
      var isRepeating: Bool
      var names: [Name]?
      var preferredName: Name?
    }
    struct Command: Decodable {
      var commandName: String
      var arguments: [Argument]?
    }
    var command: Command
  }

  let flags: [Flag]

  /// - Parameter description: what `_dumpHelp` says of the command.
  init(description: String) {
    let tool = try? JSONDecoder().decode(Tool.self, from: Data(description.utf8))
    flags = (tool?.command.arguments ?? []).compactMap { argument in
      guard argument.kind != "positional", let name = argument.preferredName, name.kind == "long",
        !["help", "version"].contains(name.name)
      else { return nil }
      let isServersKey = name.name == "api-key" && tool?.command.commandName == "serve"
      return Flag(
        name: "--\(name.name)",
        variable: isServersKey ? "PIXCRAWLER_SERVE_KEY" : EnvironmentNames.variable(name.name),
        letter: argument.names?.first { $0.kind == "short" }?.name.first, hasValue: argument.kind == "option",
        isRepeating: argument.isRepeating, isReadElsewhere: ["api-key", "python", "plain"].contains(name.name))
    }
  }

  static func variable(_ name: String) -> String {
    "PIXCRAWLER_" + name.uppercased().map { $0 == "-" ? "_" : $0 }
  }

  /// Whether any variable could be a flag's: most of the time none is set, and nobody need be asked for names.
  static func mayHaveAny(_ environment: [String: String]) -> Bool {
    environment.contains { $0.key.hasPrefix("PIXCRAWLER_") && !$0.value.isEmpty }
  }

  /// What the variables add to a command line, by variable: nothing for flags that it has itself, and for empty ones.
  ///
  /// - Parameter words: behind the command's name.
  func words(
    besides words: some Collection<String>, environment: [String: String]
  ) throws(WrongVariable) -> [(variable: String, words: [String])] {
    let given = words.prefix { $0 != "--" }
    var added: [(variable: String, words: [String])] = []
    for flag in flags where !flag.isReadElsewhere {
      guard let value = environment[flag.variable], !value.isEmpty, !given.contains(where: flag.isNamed) else {
        continue
      }
      let words = try flag.words(value)
      if !words.isEmpty { added.append((flag.variable, words)) }
    }
    return added
  }

  /// For help: each flag with its variable.
  var listing: String {
    guard let width = flags.map(\.name.count).max() else { return "" }
    let lines = flags.map { "  \($0.name)\(String(repeating: " ", count: width - $0.name.count))  \($0.variable)" }
    return "ENVIRONMENT: (a flag goes before its variable)\n" + lines.joined(separator: "\n")
  }
}

extension EnvironmentNames.Flag {
  fileprivate func isNamed(by word: String) -> Bool {
    if word == name || word.hasPrefix("\(name)=") { return true }
    guard let letter, word.hasPrefix("-"), !word.hasPrefix("--") else { return false }
    return word.dropFirst().prefix { $0 != "=" }.contains(letter)
  }

  fileprivate func words(_ value: String) throws(WrongVariable) -> [String] {
    guard hasValue else {
      switch value.lowercased() {
      case "1", "true", "yes": return [name]
      case "0", "false", "no": return []
      default:
        throw WrongVariable(message: "\(variable) is \"\(value)\": give 1, true or yes, or 0, false or no")
      }
    }
    guard isRepeating else { return ["\(name)=\(value)"] }
    return value.split(separator: ",").map { "\(name)=\($0)" }
  }
}
