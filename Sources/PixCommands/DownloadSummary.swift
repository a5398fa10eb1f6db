import PixExport
import PixLaunch
import PixRemote
import PixStream

/// What a download has come to, for people, on standard error.
struct DownloadSummary {
  private let report: ExportReport

  init(_ report: ExportReport) { self.report = report }

  func tell() {
    let images = "\(Count(report.images, "image")) out of \(Count(report.chunks, "chunk"))"
    Notice.tell(
      report.wasComplete
        ? "Complete already: \(images) in \(report.path)"
        : "Downloaded \(images) to \(report.path) (\(DatasetCard.size(report.bytesFetched)) fetched)")
    if report.renamed > 0 {
      let files = report.renamed == 1 ? "1 image has a name" : "\(report.renamed) images have names"
      Notice.tell(
        "\(files) here that the archive does not give: metadata.jsonl has the original under \"original\"")
    }
    if Terminal.showsErrors { Notice.tell("Next: \(next)") }
  }

  /// Nothing that could not be had goes unsaid.
  func tellMissing() {
    guard !report.missing.isEmpty else { return }
    let shown = report.missing.prefix(5).map { missing in
      "\n  chunk \(missing.chunk)\(missing.entry.map { ", \(DatasetCard.shown($0))" } ?? ""): \(missing.reason)"
    }
    let rest = report.missing.count > 5 ? "\n  … and \(report.missing.count - 5) more: --json lists all" : ""
    let count = report.missing.count == 1 ? "1 thing" : "\(report.missing.count) things"
    Failure.tell("\(count) could not be had:\(shown.joined())\(rest)\(again)")
  }

  /// What is bad inside a whole chunk would be as bad again.
  private var again: String {
    guard report.missing.contains(where: { $0.entry == nil }) else { return "" }
    let path = ShellWord(report.path)
    return report.format == .numpy
      ? "\nTo try again: remove \(path), and give the same command"
      : "\nTo try again: pixcrawler verify \(path) --repair"
  }

  private var next: String {
    let path = ShellWord(report.path)
    return switch report.format {
    case .numpy: "numpy.load(\"\(report.path)/images.npy\", mmap_mode=\"r\")"
    case .images: "torchvision.datasets.ImageFolder(\"\(report.path)\")"
    case .zip: "pixcrawler serve \(path)   or   load_dataset(\"\(report.path)\")"
    }
  }
}
