/// What a download has come to.
public struct ExportReport: Sendable, Equatable {
  /// The dataset's folder.
  public var path: String
  public var format: ExportFormat
  public var images: Int
  public var chunks: Int
  /// Over the wire, this time.
  public var bytesFetched: Int
  /// Whether everything was here before.
  public var wasComplete: Bool
  public var missing: [MissingImage]
  /// Images whose names in the archive no file can have, or that another image has too.
  public var renamed: Int
}
