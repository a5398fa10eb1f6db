import ArgumentParser
import PixLaunch
import PixStream

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what a dataset is: its images, chunks, size and labels.",
    discussion: """
      SOURCE is a job id of the service, the URL of a dataset on a static host, or the path of a packed folder or \
      of zips. Only the description is fetched. Where the images of each class are known, because the description \
      counts them or the chunks are files here, they follow as bars.

      Examples:
        pixcrawler info job_123
        pixcrawler info https://example.org/pets/
        pixcrawler info ./pets
        pixcrawler info ./pets --json
      """)

  @Argument(help: "A job id, a URL or a path.")
  var source: String

  @Flag(
    help: ArgumentHelp(
      "Print one JSON object: \(DatasetReport.CodingKeys.allCases.map(\.rawValue).joined(separator: ", ")). What is "
        + "not known is null."))
  var json = false

  @OptionGroup var service: ServiceOptions

  func run() throws {
    let text: String
    do throws(DatasetError) {
      let dataset = try Dataset.open(service.configuration(of: source)) { true }
      let counts = dataset.labelCounts { true }
      if json {
        text = JSONText(DatasetReport(dataset, labelCounts: counts)).text
      } else {
        let bars = ClassBars(counts ?? [:]).text(columns: Terminal.columns)
        text = DatasetCard(dataset).text + (bars.isEmpty ? "" : "\n\n\(bars)")
      }
    } catch {
      Failure.tell(ErrorReport(error, for: .commandLine).message)
      throw ExitStatus.of(error)
    }
    try StandardOutput.write(text + "\n")
  }
}
