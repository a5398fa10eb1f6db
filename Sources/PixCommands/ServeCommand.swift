import ArgumentParser
import Glibc
import PixLaunch
import PixPublish
import PixRemote

struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve datasets over HTTP, as the service would.",
    discussion: """
      Serves DIR itself if it has a dataset.json, and every direct subfolder that has one: through the service's \
      routes (/api/v1/jobs/…) and as plain files. With a key, nothing is given out without it. Ctrl-C ends it.

      Examples:
        pixcrawler serve pets/
        pixcrawler serve datasets/ --port 8000 --api-key KEY
        pixcrawler info pets --base-url http://127.0.0.1:8000 --api-key KEY
      """)

  @Argument(help: "A dataset's folder, or a folder of them.")
  var dir: String

  @Option(help: "The IP address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port; 0 lets the system choose.")
  var port: UInt16 = 8000

  @Option(
    help: ArgumentHelp(
      "The key clients must send; - reads it from standard input. Default: PIXCRAWLER_SERVE_KEY from the environment; "
        + "without, none.", valueName: "key"))
  var apiKey: String?

  func run() throws {
    let given = KeyArgument.value(apiKey, instead: "PIXCRAWLER_SERVE_KEY")
    let key = given ?? getenv("PIXCRAWLER_SERVE_KEY").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    let server: DatasetServer
    do throws(PublishError) { server = try DatasetServer(dir, host: host, port: port, key: key) } catch {
      Failure.tell("\(error)")
      throw ExitCode.failure
    }
    var stopSignals = sigset_t()
    sigemptyset(&stopSignals)
    sigaddset(&stopSignals, SIGINT)
    sigaddset(&stopSignals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &stopSignals, nil)
    signal(SIGPIPE, SIG_IGN)
    let host = host
    Task.detached {
      do throws(PublishError) {
        try await server.run { port in ServeCommand.announce(server, host: host, port: port, hasKey: key != nil) }
      } catch {
        Failure.tell("\(error)")
        Glibc.exit(1)
      }
    }
    var received: Int32 = 0
    sigwait(&stopSignals, &received)
    // Below the terminal's own ^C.
    if Terminal.showsOutput { print("\nStopped.") }
  }

  private static func announce(_ server: DatasetServer, host: String, port: Int, hasKey: Bool) {
    let url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    let datasets = server.datasets
    print("Serving \(Count(datasets.count, "dataset")) on \(url)\(hasKey ? " (key required)" : "")")
    for job in datasets.prefix(10) {
      let facts = [Count(job.numImages, "image"), Count(job.labels?.count, "class", "classes")]
        .filter(\.isKnown).map(\.description).joined(separator: ", ")
      print("  \(job.id)\(facts.isEmpty ? "" : ": \(facts)")")
    }
    if datasets.count > 10 { print("  … and \(datasets.count - 10) more") }
    if Terminal.showsOutput, let first = datasets.first {
      if !hasKey, !["127.0.0.1", "::1"].contains(host) {
        print("Everyone who reaches this machine can read them; --api-key KEY asks for a key.")
      }
      print(
        "Next: pixcrawler info \(ShellWord(first.id)) --base-url \(url)\(hasKey ? " --api-key KEY" : "")\n"
          + "Ctrl-C ends it.")
    }
    fflush(nil)
  }
}
