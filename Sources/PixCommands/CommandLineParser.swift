import ArgumentParser
import PixLaunch

/// Reads a command line, with the environment's values for the flags that it does not have.
struct CommandLineParser {
  private let path: CommandPath
  private let environment: [String: String]

  init(_ path: CommandPath, environment: [String: String] = ProcessEnvironment.current) {
    self.path = path
    self.environment = environment
  }

  /// - Parameter words: without the program's name.
  func parse(_ words: [String]) throws -> any ParsableCommand {
    let added = try added(to: words)
    do { return try parse(words, with: added) } catch {
      guard !added.isEmpty, isUsage(error) else { throw error }
      throw blamed(error, words, added)
    }
  }

  private typealias Added = [(variable: String, words: [String])]

  private func added(to words: [String]) throws -> Added {
    guard path.isWhole, !path.isHelp, !words.contains(where: ["-h", "--help"].contains),
      EnvironmentNames.mayHaveAny(environment)
    else { return [] }
    return try EnvironmentNames(description: path.command._dumpHelp())
      .words(besides: words.dropFirst(path.names.count), environment: environment)
  }

  /// In front, where nothing the user typed can make a value or an argument of them.
  private func parse(_ words: [String], with added: Added) throws -> any ParsableCommand {
    let names = path.names.count
    return try PixCrawlerCommands.parseAsRoot(words.prefix(names) + added.flatMap(\.words) + words.dropFirst(names))
  }

  /// What is wrong, with the name of the variable where it is one's: of those that are wrong alone, the first; else all
  /// without one of which nothing would be wrong.
  private func blamed(_ error: any Error, _ words: [String], _ added: Added) -> any Error {
    do { _ = try parse(words, with: []) } catch { return error }
    for one in added {
      do { _ = try parse(words, with: [one]) } catch { return named([one], error) }
    }
    let together = added.filter { one in
      (try? parse(words, with: added.filter { $0.variable != one.variable })) != nil
    }
    return named(together.isEmpty ? added : together, error)
  }

  private func named(_ added: Added, _ error: any Error) -> any Error {
    let variables = added.map(\.variable).joined(separator: ", ")
    return WrongVariable(message: "\(variables): \(PixCrawlerCommands.message(for: error))")
  }

  private func isUsage(_ error: any Error) -> Bool { PixCrawlerCommands.exitCode(for: error) == .validationFailure }
}
