/// Which images are wanted; all of them when nothing is said.
public struct ExportSelection: Sendable, Codable, Equatable {
  /// As text, whatever kind they are; empty for every label and none.
  public var labels: [String]
  /// The first so many, in dataset order.
  public var limit: Int?

  public init(labels: [String] = [], limit: Int? = nil) {
    self.labels = labels
    self.limit = limit
  }

  public var isEverything: Bool { labels.isEmpty && limit == nil }

  func admits(_ label: String?) -> Bool { labels.isEmpty || label.map(labels.contains) == true }
}
