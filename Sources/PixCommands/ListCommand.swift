import ArgumentParser
import PixLaunch
import PixRemote
import PixStream

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the service's datasets.",
    discussion: """
      A row for each: id, status (with percent until it is completed), images, size, created, name. Off a terminal \
      there are no titles, tabs between the values, and plain numbers.

      Examples:
        pixcrawler list
        pixcrawler list -q | xargs -n 1 pixcrawler info
        pixcrawler list --json
      """,
    aliases: ["ls"])

  @Flag(help: "Print one JSON array of objects with the keys of info --json, but for source.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print ids only.")
  var quiet = false

  @OptionGroup var service: ServiceOptions

  func validate() throws {
    if json, quiet { throw ValidationError("--json and --quiet ask for two forms: give one") }
  }

  func run() throws {
    var table = JobTable(for: Terminal.showsOutput ? .people : .scripts)
    var all: [DatasetReport] = []
    var isEmpty = true
    var end: ExitCode?
    do throws(DatasetError) {
      // The source of a listing is nobody's.
      let show: ([Job]) -> Bool = { jobs in
        isEmpty = false
        if json {
          all += jobs.map { DatasetReport($0) }
          return true
        }
        let text = quiet ? jobs.map { DatasetCard.shown($0.id) + "\n" }.joined() : table.text(of: jobs)
        do throws(ExitCode) { try StandardOutput.write(text) } catch { end = error }
        return end == nil
      }
      try Dataset.list(service.configuration(of: ""), keepWaiting: { true }, page: show)
    } catch {
      Failure.tell(ErrorReport(error, for: .commandLine).message)
      throw ExitStatus.of(error)
    }
    if let end { throw end }
    if json {
      try StandardOutput.write(JSONText(all).text + "\n")
    } else if isEmpty {
      Failure.tell("there are no datasets at \(service.baseURL) yet; pixcrawler pack makes one of your own images")
    }
  }
}
