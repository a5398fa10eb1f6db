import PixExport

/// What `verify --json` prints.
struct VerifyRecord: Encodable {
  struct Damage: Encodable {
    var path: String
    var chunk: String?
    var reason: String

    private enum CodingKeys: String, CodingKey { case path, chunk, reason }

    func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: CodingKeys.self)
      try object.encode(path, forKey: .path)
      try object.encode(chunk, forKey: .chunk)
      try object.encode(reason, forKey: .reason)
    }
  }

  var path: String
  var format: ExportFormat
  var files: Int
  var bytes: Int
  var damaged: [Damage]
  var repaired: Bool
  var missing: [MissingRecord]

  init(_ report: FolderReport, isMended: Bool) {
    path = report.path
    format = report.format
    files = report.files
    bytes = report.bytes
    damaged = report.damages.map { Damage(path: $0.path, chunk: $0.chunk, reason: $0.reason) }
    repaired = isMended
    missing = report.missing.map { MissingRecord($0) }
  }
}
