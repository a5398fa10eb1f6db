import ArgumentParser
import PixExport
import PixLaunch
import PixStream

struct DownloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download",
    abstract: "Download a dataset: as arrays, as a folder of images, or as it is.",
    discussion: """
      SOURCE is a job id of the service, the URL of a dataset on a static host, or a path. The dataset lies in \
      OUTPUT-DIR/ID when all of it is there; until then in OUTPUT-DIR/ID.partial, and the same command goes on where \
      the last one stopped, whatever stopped it. What is here already is not fetched again.

      Examples:
        pixcrawler download job_123
        pixcrawler download job_123 --format images --output-dir ./my_dataset
        pixcrawler download https://example.org/pets/ --image-size 224
        pixcrawler download ./pets --format zip --dry-run
        d=$(pixcrawler download job_123 -q)
      """)

  @Argument(help: "A job id, a URL or a path.")
  var source: String

  @Option(help: "The folder that gets the dataset's own.")
  var outputDir = "./datasets"

  @Option(help: "numpy, images or zip.")
  var format = ExportFormat.numpy

  @Option(help: "Transfers at a time.")
  var maxWorkers = 4

  @OptionGroup var service: ServiceOptions

  func run() throws {
    let stop = StopSignals()
    do throws(ExportError) {
      let dataset: Dataset
      do throws(DatasetError) {
        var configuration = service.configuration(of: source)
        configuration.maxWorkers = maxWorkers
        dataset = try Dataset.open(configuration) { stop.goesOn }
      } catch { throw .dataset(error) }
      let exporter = try DatasetExporter(dataset, format: format, in: outputDir)
      let report = try exporter.run(goesOn: { stop.goesOn }, progress: { _ in })
      print(report.path)
    } catch {
      stop.endIfStopped()
      Failure.tell("\(error)")
      throw ExitCode.failure
    }
  }
}

extension ExportFormat: ExpressibleByArgument {}
