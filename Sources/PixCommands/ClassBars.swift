import PixStream

/// How many images of each class there are, as small bars: the largest classes first.
struct ClassBars {
  private static let mostRows = 10
  private static let widestBar = 30
  private static let widestName = 24

  private let counts: [(label: String, count: Int)]

  init(_ counts: [String: Int]) {
    self.counts = counts.map { ($0.key, $0.value) }.sorted {
      $0.1 != $1.1 ? $0.1 > $1.1 : $0.0.utf8.lexicographicallyPrecedes($1.0.utf8)
    }
  }

  /// Empty where there are no classes; no line is longer than `columns` where that is more than a bar needs.
  func text(columns: Int) -> String {
    let rows = counts.prefix(ClassBars.mostRows)
    guard let most = rows.first?.count, most > 0 else { return "" }
    let names = rows.map { ClassBars.short(DatasetCard.shown($0.label)) }
    let numbers = rows.map { ErrorReport.grouped($0.count) }
    let nameWidth = names.map(\.count).max() ?? 0
    let numberWidth = numbers.map(\.count).max() ?? 0
    let cells = max(1, min(ClassBars.widestBar, columns - nameWidth - numberWidth - 6))
    var lines = zip(rows, zip(names, numbers)).map { row, words in
      // A class that has an image has a bar.
      let filled = row.count == 0 ? 0 : max(1, Int((Double(row.count) / Double(most) * Double(cells)).rounded()))
      let name = words.0 + String(repeating: " ", count: nameWidth - words.0.count)
      let number = String(repeating: " ", count: numberWidth - words.1.count) + words.1
      return "  \(name)  \(number)  \(String(repeating: "█", count: filled))"
    }
    let rest = counts.count - rows.count
    if rest > 0 { lines.append("  … and \(Count(rest, "class", "classes")) more") }
    return lines.joined(separator: "\n")
  }

  private static func short(_ name: String) -> String {
    name.count > widestName ? name.prefix(widestName - 1) + "…" : name
  }
}
