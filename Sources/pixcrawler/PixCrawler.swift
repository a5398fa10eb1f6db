import Glibc
import PixLaunch

/// The program a user types: becomes Python for `run`, and the commands' program for everything else.
///
/// It is a program of its own so that a script's process holds nothing but what the script needs: no command line
/// parser, no server, none of their libraries. A script's arguments are its own, whatever they look like.
@main
struct PixCrawler {
  static func main() {
    do throws(LaunchError) {
      let arguments = CommandLine.arguments
      if arguments.count > 2, arguments[1] == "run", let request = RunRequest(arguments[2...]) {
        try run(request)
      }
      try Launch.commands()
    } catch {
      Failure.tell("\(error)")
      exit(EXIT_FAILURE)
    }
  }

  private static func run(_ request: RunRequest) throws(LaunchError) -> Never {
    let files = LocalFileSystem()
    let choice = try InterpreterChoice(
      option: request.python, environment: ProcessEnvironment.current,
      currentFolder: LocalFileSystem.currentFolder, files: files)
    try Launch.run(try Interpreter(choice, files: files), lastArguments: request.arguments.count)
  }
}
