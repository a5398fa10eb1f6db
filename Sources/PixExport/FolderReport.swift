/// What a look at every byte of a finished dataset has come to.
public struct FolderReport: Sendable, Equatable {
  public var path: String
  public var format: ExportFormat
  public var files: Int
  public var bytes: Int
  public var damages: [FolderDamage]
  /// Known since the download.
  public var missing: [MissingImage]
}
