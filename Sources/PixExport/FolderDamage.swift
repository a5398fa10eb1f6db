/// A file of a finished dataset that is not as it was written.
public struct FolderDamage: Sendable, Equatable {
  /// In the dataset's folder.
  public var path: String
  /// Place of the chunk it came from in the dataset's list; nil for what is made out of all of them.
  var place: Int?
  /// The chunk's own id.
  public var chunk: String?
  public var reason: String
}
