/// One ranged request: samples of a chunk that lie close together.
struct PlannedRead: Equatable {
  struct Wish: Equatable {
    /// Which wish of its read this is.
    let id: Int
    let record: Range<Int>
  }

  let chunk: Int
  /// In the order of their bytes, none touching another.
  private(set) var wishes: [Wish]
  private(set) var range: Range<Int>
  private var wanted: Int

  init(_ wish: Wish, of chunk: Int) {
    self.chunk = chunk
    wishes = [wish]
    range = wish.record
    wanted = wish.record.count
  }

  /// The fewest requests for these wishes, each for at most `longest` bytes unless one sample has more: neighbours
  /// share one when what lies between them is at most a twentieth of what is wanted.
  static func all(_ wishes: [Wish], of chunk: Int, longest: Int) -> [PlannedRead] {
    var reads: [PlannedRead] = []
    for wish in wishes.sorted(by: { $0.record.lowerBound < $1.record.lowerBound }) {
      if let last = reads.indices.last, reads[last].takes(wish, longest) {
        reads[last].append(wish)
      } else {
        reads.append(PlannedRead(wish, of: chunk))
      }
    }
    return reads
  }

  private func takes(_ wish: Wish, _ longest: Int) -> Bool {
    let grown = range.lowerBound..<wish.record.upperBound
    let wanted = wanted + wish.record.count
    return grown.count <= longest && grown.count - wanted <= wanted / 20
  }

  private mutating func append(_ wish: Wish) {
    wishes.append(wish)
    range = range.lowerBound..<wish.record.upperBound
    wanted += wish.record.count
  }
}
