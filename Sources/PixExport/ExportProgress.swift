/// How far a download is.
public struct ExportProgress: Sendable, Equatable {
  /// Of the chunks as they come over the wire, those that lay here already included.
  public var bytes = 0
  public var bytesInAll: Int?
  public var chunks = 0
  public var chunksInAll = 0
  public var images = 0
  public var imagesInAll: Int?
  /// Since the last byte, while transfers wait for bytes; zero otherwise.
  public var silence = Duration.zero
  /// The retry that is under way, from 1.
  public var retry: Int?
  public var retriesInAll = 0
  /// Whether another process is downloading the same, and this one waits for it.
  public var isWaiting = false

  public init() {}
}
