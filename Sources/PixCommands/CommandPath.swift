import ArgumentParser

/// Which command the first words of a command line name.
struct CommandPath {
  private(set) var command: any ParsableCommand.Type
  /// The words that name it, without the program's.
  private(set) var names: [String] = []
  /// The word where a subcommand's name should be, and is none.
  private(set) var stranger: String?
  /// Whether it is help that is asked for, by `help NAME`.
  private(set) var isHelp = false

  init(_ words: some Collection<String>, below root: any ParsableCommand.Type) {
    command = root
    for word in words {
      guard !command.configuration.subcommands.isEmpty, !word.hasPrefix("-") else { return }
      if word == "help", names.isEmpty, !isHelp {
        isHelp = true
      } else if let next = next(word) {
        command = next
        names.append(word)
      } else {
        stranger = word
        return
      }
    }
  }

  /// Whether it ends at a command that does something, and not at a group of them.
  var isWhole: Bool { command.configuration.subcommands.isEmpty }

  /// What can stand in the stranger's place.
  var choices: [String] { command.configuration.subcommands.compactMap { CommandPath.names(of: $0).first } }

  private func next(_ word: String) -> (any ParsableCommand.Type)? {
    command.configuration.subcommands.first { CommandPath.names(of: $0).contains(word) }
  }

  private static func names(of command: any ParsableCommand.Type) -> [String] {
    [command._commandName] + command.configuration.aliases
  }
}
