import ArgumentParser
import PixLaunch
import PixStream

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what a dataset is: its images, chunks, size and labels.",
    discussion: """
      SOURCE is a job id of the service, the URL of a dataset on a static host, or the path of a packed folder or \
      of zips. Only the description is fetched.

      Examples:
        pixcrawler info job_123 --api-key KEY
        pixcrawler info https://example.org/pets/
        pixcrawler info ./pets
      """)

  @Argument(help: "A job id, a URL or a path.")
  var source: String

  @OptionGroup var service: ServiceOptions

  func run() throws {
    do throws(DatasetError) {
      let dataset = try Dataset.open(service.configuration(of: source)) { true }
      print(DatasetCard(dataset).text)
    } catch {
      Failure.tell(ErrorReport(error, for: .commandLine).message)
      throw ExitStatus.of(error)
    }
  }
}
