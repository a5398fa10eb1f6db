import Glibc
import PixLaunch

/// The program a user types: becomes Python where the command line means Python, and the commands' program for
/// everything else.
///
/// It is a program of its own so that a script's process holds nothing but what the script needs: no command line
/// parser, no server, none of their libraries. A script's arguments are its own, whatever they look like.
@main
struct PixCrawler {
  static func main() {
    do throws(LaunchError) {
      if let request = PythonRequest(CommandLine.arguments.dropFirst()) { try Launch.python(request) }
      try Launch.commands()
    } catch {
      Failure.tell("\(error)")
      exit(error.exitStatus)
    }
  }
}
