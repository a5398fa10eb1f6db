import PixRemote

/// A dataset at a glance, as `pixcrawler info` prints it.
public struct DatasetCard: Sendable {
  public let text: String

  public init(_ dataset: Dataset) {
    let job = dataset.job
    var lines = ["Dataset: \(job.name ?? job.id)", "Status: \(job.status)"]
    lines.append("Images: \(dataset.imageCount.map(ErrorReport.grouped) ?? "unknown")")
    lines.append("Chunks: \(ErrorReport.grouped(dataset.chunks.count))")
    lines.append("Size: \((job.sizeBytes ?? dataset.chunkBytes).map(DatasetCard.size) ?? "unknown")")
    lines.append("Created: \(job.createdAt.map(DatasetCard.time) ?? "unknown")")
    if let labels = job.labels {
      lines.append(
        "Labels: \(DatasetCard.listing(labels))(\(labels.count) \(labels.count == 1 ? "class" : "classes"))")
    } else {
      lines.append("Labels: unknown")
    }
    text = lines.joined(separator: "\n")
  }

  /// The first ten, and that there are more.
  private static func listing(_ labels: [String]) -> String {
    guard !labels.isEmpty else { return "" }
    return labels.prefix(10).joined(separator: ", ") + (labels.count > 10 ? ", … " : " ")
  }

  /// Powers of 1000, one decimal: 2500000000 → "2.5 GB".
  static func size(_ bytes: Int) -> String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB", "GB", "TB"] {
      if value < 999.95 || unit == "TB" {
        return unit == "B" ? "\(bytes) B" : "\(oneDecimal(value)) \(unit)"
      }
      value /= 1000
    }
    return "\(bytes) B"
  }

  private static func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// "2025-10-30T12:00:00Z" → "2025-10-30 12:00:00".
  static func time(_ iso: String) -> String {
    let parts = iso.split(separator: "T")
    guard parts.count == 2 else { return iso }
    return "\(parts[0]) \(parts[1].prefix(8))"
  }
}
