import ArgumentParser
import PixDecode
import PixExport
import PixLaunch
import PixRemote
import PixStream

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every byte of a downloaded dataset, and get again what is damaged.",
    discussion: """
      DIR is what pixcrawler download made. Each damaged file is named on standard output; the exit status is then 8. \
      --repair fetches the chunks that those files came from, and those that could not be had, and no others, from where \
      the dataset was downloaded.

      Examples:
        pixcrawler verify datasets/job_123
        pixcrawler verify datasets/job_123 --repair
        pixcrawler verify datasets/pets --repair --source 'https://example.org/pets/dataset.json?signature=…'
      """)

  @Argument(help: "The dataset's folder.")
  var dir: String

  @Flag(help: "Get damaged files again.")
  var repair = false

  @Option(help: "Where the dataset is now, when not where it was downloaded from.")
  var source: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print damaged files and nothing else, but for errors.")
  var quiet = false

  @OptionGroup var progress: ProgressOptions
  @OptionGroup var service: ServiceOptions

  func run() throws {
    let stop = StopSignals()
    let report: FolderReport
    do throws(ExportError) { report = try look(stop) } catch {
      guard stop.goesOn else { stop.endProcess() }
      Failure.tell("\(error)")
      throw ExitStatus.of(error)
    }
    if !report.damages.isEmpty, !repair { throw ExitStatus.damaged }
    if !report.missing.isEmpty { throw ExitStatus.incomplete }
  }

  private func look(_ stop: StopSignals) throws(ExportError) -> FolderReport {
    let checking = ProgressDisplay(quiet ? .none : progress.mode, title: "Checking")
    defer { checking.finish() }
    var check = try FolderCheck(dir)
    var report = try check.report(goesOn: { stop.goesOn }, progress: checking.show)
    checking.finish()
    let isMended = repair && (!report.damages.isEmpty || check.isLacking)
    if isMended {
      let repairing = ProgressDisplay(quiet ? .none : progress.mode, title: "Repairing")
      defer { repairing.finish() }
      try check.repair(
        report.damages, from: dataset(of: check, stop), goesOn: { stop.goesOn }, progress: repairing.show)
      report.missing = check.missing
    }
    tell(report, isMended: isMended, isLacking: check.isLacking)
    return report
  }

  private func dataset(of check: FolderCheck, _ stop: StopSignals) throws(ExportError) -> Dataset {
    var configuration = service.configuration(of: source ?? check.source, at: check.baseURL)
    configuration.rendition.size = check.imageSize.flatMap {
      $0.count == 2 ? Rendition.Size(height: $0[0], width: $0[1]) : nil
    }
    do throws(DatasetError) { return try Dataset.open(configuration) { stop.goesOn } } catch {
      throw .dataset(error)
    }
  }

  private func tell(_ report: FolderReport, isMended: Bool, isLacking: Bool) {
    if json { return print(JSONText(VerifyRecord(report, isMended: isMended)).text) }
    for damage in report.damages {
      print("\(damage.path): \(damage.reason)\(isMended ? "; repaired" : "")")
    }
    if quiet { return }
    let looked = "\(Count(report.files, "file")), \(DatasetCard.size(report.bytes))"
    if report.damages.isEmpty {
      Notice.tell("Undamaged: \(report.path) (\(looked))")
    } else if !isMended {
      let count = report.damages.count
      Failure.tell(
        "\(count) damaged in \(report.path). "
          + "To get \(count == 1 ? "it" : "them") again: pixcrawler verify \(ShellWord(dir)) --repair")
    }
    if !report.missing.isEmpty {
      Notice.tell(
        "\(Count(report.missing.count, "thing")) could not be had"
          + (isLacking && !repair ? "; to ask again: pixcrawler verify \(ShellWord(dir)) --repair" : ""))
    }
  }
}
