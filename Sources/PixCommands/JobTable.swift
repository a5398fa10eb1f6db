import PixRemote
import PixStream

/// Jobs as rows: aligned for people, with tabs between plain values for scripts.
struct JobTable {
  enum Reader { case people, scripts }

  private static let titles = ["ID", "STATUS", "IMAGES", "SIZE", "CREATED", "NAME"]
  /// Columns of numbers, which stand to the right.
  private static let numbers: Set<Int> = [2, 3]

  private let reader: Reader
  /// They only grow: rows that were printed stay where they are.
  private var widths = [12, 9, 8, 8, 19, 0]
  private var hasTitles = false

  init(for reader: Reader) { self.reader = reader }

  /// The next rows, each ended by a line break; before the first for people, the titles.
  mutating func text(of jobs: [Job]) -> String {
    if reader == .scripts {
      return jobs.map { JobTable.plain($0).joined(separator: "\t") + "\n" }.joined()
    }
    var rows = jobs.map(JobTable.worded)
    if !hasTitles { rows.insert(JobTable.titles, at: 0) }
    hasTitles = true
    for row in rows { widths = zip(widths, row).map { max($0, $1.count) } }
    return rows.map { line($0) + "\n" }.joined()
  }

  private func line(_ cells: [String]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let space = String(repeating: " ", count: widths[column] - cell.count)
      return JobTable.numbers.contains(column) ? space + cell : cell + space
    }
    var line = padded.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func worded(_ job: Job) -> [String] {
    [
      DatasetCard.shown(job.id), status(job), job.numImages.map(ErrorReport.grouped) ?? "-",
      job.sizeBytes.map(DatasetCard.size) ?? "-", job.createdAt.map { DatasetCard.shown(DatasetCard.time($0)) } ?? "-",
      job.name.map(DatasetCard.shown) ?? "",
    ]
  }

  private static func plain(_ job: Job) -> [String] {
    [
      DatasetCard.shown(job.id), status(job), job.numImages.map(String.init) ?? "",
      job.sizeBytes.map(String.init) ?? "", job.createdAt.map(DatasetCard.shown) ?? "",
      job.name.map(DatasetCard.shown) ?? "",
    ]
  }

  /// With how far it is, as long as it is not complete.
  private static func status(_ job: Job) -> String {
    let progress = job.status == "completed" ? nil : job.progress
    return DatasetCard.shown(job.status) + (progress.map { " \($0)%" } ?? "")
  }
}
