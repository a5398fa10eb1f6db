import PixDecode
import PixRemote

/// A dataset at a glance, as `pixcrawler info` prints it.
public struct DatasetCard: Sendable {
  /// What is known, by name, in the order of the lines.
  public let facts: KeyValuePairs<String, String>
  public let name: String

  public init(_ dataset: Dataset) {
    let job = dataset.job
    name = DatasetCard.shown(job.name ?? job.id)
    facts = [
      "Dataset": name,
      "Status": DatasetCard.shown(job.status),
      "Images": dataset.imageCount.map(ErrorReport.grouped) ?? "unknown",
      "Chunks": ErrorReport.grouped(dataset.chunks.count),
      "Size": dataset.sizeBytes.map(DatasetCard.size) ?? "unknown",
      "Created": job.createdAt.map { DatasetCard.shown(DatasetCard.time($0)) } ?? "unknown",
      "Labels": job.labels.map(DatasetCard.listing) ?? "unknown",
    ]
  }

  public var text: String { facts.map { "\($0): \($1)" }.joined(separator: "\n") }

  /// The first ten, that there are more, and how many in all.
  private static func listing(_ labels: [String]) -> String {
    let first = labels.prefix(10).map(shown).joined(separator: ", ")
    let count = "(\(labels.count) \(labels.count == 1 ? "class" : "classes"))"
    return labels.isEmpty ? count : "\(first)\(labels.count > 10 ? ", …" : "") \(count)"
  }

  /// A description's text on one line: without what a terminal would obey, and cut where nobody reads on.
  public static func shown(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(200) { line.append(isControl(scalar) ? " " : scalar) }
    return String(line) + (text.unicodeScalars.dropFirst(200).isEmpty ? "" : "…")
  }

  static func word(_ label: Label) -> String {
    switch label {
    case .text(let text), .json(let text): text
    case .integer(let number): String(number)
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
  }

  /// Powers of 1000, one decimal: 2500000000 → "2.5 GB".
  public static func size(_ bytes: Int) -> String {
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
  public static func time(_ iso: String) -> String {
    let parts = iso.split(separator: "T")
    guard parts.count == 2 else { return iso }
    return "\(parts[0]) \(parts[1].prefix(8))"
  }
}
