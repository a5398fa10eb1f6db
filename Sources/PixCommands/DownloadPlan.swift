import PixExport
import PixStream

/// What `download --dry-run` prints.
struct DownloadPlan {
  let text: String

  init(_ plan: ExportPlan?, path: String) {
    guard let plan else {
      text = "Complete already: \(path)"
      return
    }
    func size(_ bytes: Int?) -> String { bytes.map(DatasetCard.size) ?? "unknown" }
    text = """
      Path: \(plan.path)
      Format: \(plan.format.rawValue)
      Images: \(plan.images.map(ErrorReport.grouped) ?? "unknown")
      Chunks: \(plan.chunks), of which \(plan.chunksHere) are here
      To fetch: \(size(plan.bytesToFetch))
      To write: \(size(plan.diskBytes))
      Free: \(size(plan.diskFree))
      """
  }
}
