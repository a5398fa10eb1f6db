import PixDecode
import PixRemote
import PixStream

/// What of a chunk's wanted images could not be had.
struct ChunkLosses {
  private(set) var missing: [MissingImage] = []
  private let chunk: ChunkReference
  private let selection: ExportSelection
  /// What an image that was not read would have been called.
  private let labels: LabelRule

  init(_ chunk: ChunkReference, _ selection: ExportSelection, _ metadata: ChunkMetadata?) {
    self.chunk = chunk
    self.selection = selection
    labels = LabelRule(metadata: metadata, chunkLabel: chunk.label)
  }

  /// - Parameter entry: which one, where the error itself may not tell.
  mutating func add(_ error: DatasetError, entry: String? = nil) {
    let report = ErrorReport(error, for: .commandLine)
    let entry = entry ?? report.entry
    if let entry, !isWanted(entry, error) { return }
    missing.append(MissingImage(chunk: chunk.chunkID, entry: entry, reason: reason(report)))
  }

  /// A name that leads elsewhere tells no label.
  private func isWanted(_ entry: String, _ error: DatasetError) -> Bool {
    if case .archive(_, .unsafeName) = error { return true }
    return selection.admits(labels.label(of: entry)?.text)
  }

  /// The report's words without the place, which is told beside them.
  private func reason(_ report: ErrorReport) -> String {
    let place = "chunk \(chunk.chunkID)"
    let starts = report.entry.map { ["\(place), \($0): "] } ?? []
    for start in starts + ["\(place): "] where report.message.utf8.starts(with: start.utf8) {
      return String(decoding: report.message.utf8.dropFirst(start.utf8.count), as: UTF8.self)
    }
    return report.message
  }
}
