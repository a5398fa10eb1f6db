import ArgumentParser
import PixExport
import PixLaunch
import PixRemote
import PixStream

struct DownloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download",
    abstract: "Download a dataset: as arrays, as a folder of images, or as it is.",
    discussion: """
      SOURCE is a job id of the service, the URL of a dataset on a static host, or a path. The dataset lies in \
      OUTPUT-DIR/ID when all of it is there; until then in OUTPUT-DIR/ID.partial, and the same command goes on where \
      the last one stopped, whatever stopped it. Nothing that is here is fetched again. Standard output is the path \
      alone.

      numpy: images.npy (N, H, W, 3) uint8 RGB, labels.npy (N,) int64 and classes.json, whose places the labels are. \
      images: one folder per class, with the original bytes. zip: the original chunks and dataset.json.

      The exit status is 3 where some images could not be had.

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

  @Option(
    help: ArgumentHelp(
      "For numpy: resize every image, N for a square or HEIGHTxWIDTH in pixels.", valueName: "size"))
  var imageSize: ImageSizeArgument?

  @Option(help: "Only images with this label; may be given again. Whole chunks are fetched nevertheless.")
  var label: [String] = []

  @Option(help: "Only the first so many images.")
  var limit: Int?

  @Option(help: "Transfers at a time.")
  var maxWorkers = 4

  @Flag(help: "Say what would be fetched and written, and do nothing.")
  var dryRun = false

  @Flag(help: "Print one JSON object instead of the path.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print the path and nothing else, but for errors.")
  var quiet = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var service: ServiceOptions

  func validate() throws {
    guard maxWorkers >= 1 else { throw ValidationError("--max-workers must be at least 1") }
    guard limit.map({ $0 >= 1 }) ?? true else { throw ValidationError("--limit must be at least 1") }
    guard !outputDir.isEmpty else { throw ValidationError("--output-dir must not be empty") }
    guard imageSize == nil || format == .numpy else {
      throw ValidationError("--image-size goes with --format numpy: the others keep the images as they are")
    }
    guard format != .zip || (label.isEmpty && limit == nil) else {
      throw ValidationError("\(ExportError.subsetOfArchives)")
    }
  }

  func run() throws {
    let stop = StopSignals()
    let display = ProgressDisplay(
      quiet || dryRun ? .none : progress.mode, title: "Downloading",
      waiting: "another pixcrawler is downloading this dataset into \(outputDir); waiting for it")
    let missing: [MissingImage]
    do throws(ExportError) { missing = try download(stop, display) } catch {
      display.finish()
      guard stop.goesOn else {
        Failure.tell("stopped. What is here stays; the same command goes on from there")
        stop.endProcess()
      }
      Failure.tell("\(error)")
      throw ExitStatus.of(error)
    }
    if !missing.isEmpty { throw ExitStatus.incomplete }
  }

  private func download(
    _ stop: StopSignals, _ display: ProgressDisplay
  ) throws(ExportError) -> [MissingImage] {
    display.show("Asking for the description of \(PublicURL(source)) …")
    let exporter = try DatasetExporter(
      dataset(stop), format: format, selection: ExportSelection(labels: label, limit: limit), in: outputDir)
    if dryRun {
      display.finish()
      let plan = try exporter.plan()
      print(
        json
          ? JSONText(DownloadRecord(plan, path: exporter.path, format)).text
          : DownloadPlan(plan, path: exporter.path).text)
      return []
    }
    let report = try exporter.run(goesOn: { stop.goesOn }, progress: display.show)
    display.finish()
    let summary = DownloadSummary(report)
    if !quiet { summary.tell() }
    summary.tellMissing()
    print(json ? JSONText(DownloadRecord(report)).text : report.path)
    return report.missing
  }

  private func dataset(_ stop: StopSignals) throws(ExportError) -> Dataset {
    var configuration = service.configuration(of: source)
    configuration.maxWorkers = maxWorkers
    configuration.rendition.size = imageSize?.size
    do throws(DatasetError) { return try Dataset.open(configuration) { stop.goesOn } } catch {
      throw .dataset(error)
    }
  }
}

extension ExportFormat: ExpressibleByArgument {}
