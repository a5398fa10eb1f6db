/// The word that somebody most likely meant to type.
struct NearestWord {
  /// Nil where none is near: one slip of the fingers in three letters is the most that is forgiven.
  let found: String?

  init(to typed: String, among words: [String]) {
    let typed = Array(typed.lowercased().unicodeScalars.prefix(40))
    let ranked = words.map { (word: $0, slips: NearestWord.slips(typed, Array($0.unicodeScalars))) }
    // The first of those that are as near.
    let nearest = ranked.min { $0.slips < $1.slips }
    found = nearest.flatMap { $0.slips <= max(1, $0.word.unicodeScalars.count / 3) ? $0.word : nil }
  }

  /// Letters to insert, leave out, exchange, or swap with their neighbours.
  private static func slips(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int {
    var rows = [Array(0...other.count)]
    for row in 0..<one.count {
      var next = [row + 1]
      for column in 0..<other.count {
        var best = min(next[column], rows[row][column + 1]) + 1
        best = min(best, rows[row][column] + (one[row] == other[column] ? 0 : 1))
        if row > 0, column > 0, one[row] == other[column - 1], one[row - 1] == other[column] {
          best = min(best, rows[row - 1][column - 1] + 1)
        }
        next.append(best)
      }
      rows.append(next)
    }
    return rows[one.count][other.count]
  }
}
