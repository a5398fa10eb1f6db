import PixExport

/// What `verify --json` prints.
struct VerifyRecord: Encodable {
  struct Damage: Encodable {
    var path: String
    var chunk: String?
    var reason: String
  }

  var path: String
  var format: ExportFormat
  var files: Int
  var bytes: Int
  var damaged: [Damage]
  var repaired: Bool
  var missing: [MissingImage]

  init(_ report: FolderReport, isMended: Bool) {
    path = report.path
    format = report.format
    files = report.files
    bytes = report.bytes
    damaged = report.damages.map { Damage(path: $0.path, chunk: $0.chunk, reason: $0.reason) }
    repaired = isMended
    missing = report.missing
  }
}
