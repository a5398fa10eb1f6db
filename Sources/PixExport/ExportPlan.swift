/// What a download would do.
public struct ExportPlan: Sendable, Equatable {
  public var path: String
  public var format: ExportFormat
  public var images: Int?
  public var chunks: Int
  /// Those that need not be fetched.
  public var chunksHere: Int
  public var bytesToFetch: Int?
  /// To be written, at least.
  public var diskBytes: Int?
  public var diskFree: Int?
}
