import PixDecode

@testable import PixStream

/// The same numbers for the same seed (SplitMix64).
struct SeededDice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func roll(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }
  mutating func chance(_ percent: Int) -> Bool { roll(1...100) <= percent }
  mutating func pick<Element>(_ choices: [Element]) -> Element { choices.randomElement(using: &self)! }
}

/// Chunks as a window may meet them, and what reading them must come to.
struct SimulatedDataset {
  enum Kind: Equatable {
    case image(ImageShape)
    /// An image whose header is good and whose pixels are not.
    case undecodable(ImageShape)
    case broken
    case refused
    case notAnImage
    case metadata
  }

  struct Entry {
    let number: Int
    let kind: Kind
    /// Memory is asked for in these parts.
    let parts: [Int]
    /// Of the file once it has been unpacked.
    let unpacked: Int
    let error: DatasetError

    var name: String { "\(number).jpg" }
    var bytes: Int { parts.reduce(0, +) }
    var isGood: Bool { if case .image = kind { true } else { false } }
    var label: Label { .integer(number) }
  }

  struct Chunk {
    let id: String
    let declared: Int?
    let entries: [Entry]
    let error: DatasetError?
    var part = ChunkPart(chunk: 0)

    var facts: PrefetchWindow.ChunkFacts { .init(id: id, declaredImages: declared, part: part) }
    /// Good or bad.
    var images: [Entry] { entries.filter { $0.kind != .notAnImage && $0.kind != .metadata } }
    var imageCount: Int { images.count }

    /// What takes the place of the image at that place, among those that are read.
    func replacement(at index: Int, reading range: Range<Int>) -> Int? {
      let read = images[range.clamped(to: 0..<imageCount)]
      return (read[index...].first(where: \.isGood) ?? read[..<index].last(where: \.isGood))?.number
    }
  }

  enum Event: Equatable {
    /// Numbers of the images of a batch.
    case images([Int])
    case error(DatasetError)
  }

  var chunks: [Chunk] = []

  init(chunks: [Chunk]) { self.chunks = chunks }

  /// - Parameter hasOneShape: whether all images have the same one in any case.
  init(_ dice: inout SeededDice, hasOneShape: Bool = false) {
    let side = dice.pick([8, 40, 100])
    let shapes = (0..<(dice.chance(60) || hasOneShape ? 1 : 3)).map { _ in
      ImageShape(height: dice.roll(2...side), width: dice.roll(2...side))
    }
    let trouble = dice.pick([0, 10, 40, 100])
    let longest = dice.pick([200, 3000, 20_000])
    let countsLie = dice.chance(25)
    let isDeclared = dice.chance(70)
    var number = 0
    for position in 0..<dice.roll(1...5) {
      let id = "chunk \(position)"
      var entries: [Entry] = []
      for _ in 0..<dice.pick([0, 1, dice.roll(2...6), dice.roll(5...15)]) {
        var kind = Kind.image(dice.pick(shapes))
        if dice.chance(trouble) {
          kind = dice.pick([.undecodable(dice.pick(shapes)), .broken, .refused, .notAnImage, .metadata])
        }
        let parts = (0..<(dice.chance(20) ? 3 : 1)).map { _ in dice.roll(0...longest) }
        entries.append(
          Entry(
            number: number, kind: kind, parts: parts, unpacked: dice.roll(0...(parts.reduce(0, +))),
            error: .image(chunk: id, entry: "\(number).jpg", .notAnImage(found: "\(kind)"))))
        number += 1
      }
      let isCut = dice.chance(trouble / 4)
      var chunk = Chunk(
        id: id, declared: nil, entries: entries,
        error: isCut ? .short(chunk: id, declared: 9, found: 3, entry: nil) : nil)
      if isDeclared {
        let declared = countsLie ? max(0, chunk.imageCount + dice.roll(-3...3)) : chunk.imageCount
        chunk = Chunk(id: id, declared: declared, entries: entries, error: chunk.error)
      }
      if dice.chance(20) {
        let start = dice.roll(0...6)
        chunk.part = ChunkPart(chunk: 0, images: start..<start + dice.roll(0...8))
      }
      chunks.append(chunk)
    }
  }

  /// Memory of the largest entry, packed and unpacked.
  var largestEntry: Int { chunks.flatMap(\.entries).map(\.bytes).max() ?? 0 }

  func largestSlab(batchSize: Int) -> Int {
    chunks.flatMap(\.entries).compactMap { entry in
      switch entry.kind {
      case .image(let shape), .undecodable(let shape): PixelBuffer.bytes(for: shape, capacity: batchSize)
      default: nil
      }
    }.max() ?? 0
  }

  // MARK: What must come out

  fileprivate struct Batch {
    let capacity: Int
    var rows = 0
    var images: [Int] = []
    var errors: [DatasetError] = []
    var first: (name: String, shape: ImageShape)?
    var isSpoiled = false
  }

  /// One entry after the other, without memory, threads or chunks that overtake each other.
  func events(
    batchSize: Int, dropsLast: Bool, onError: ErrorPolicy = .raise, from cursor: Cursor = Cursor()
  ) -> [Event] {
    var events: [Event] = []
    var open: Batch?
    let ahead = chunks.dropFirst(cursor.chunk)
    let passed = max(0, cursor.image - (ahead.first?.part.images.lowerBound ?? 0))
    var left = Dataset.total(ahead.map { $0.part.count(of: $0.declared) }).map { $0 - passed }
    func emit(_ batch: Batch, isDropped: Bool) {
      events += batch.errors.map(Event.error)
      if !batch.isSpoiled, !batch.images.isEmpty, !isDropped { events.append(.images(batch.images)) }
    }
    func batch() -> Batch {
      let room = if !dropsLast, let left, left > 0 { min(batchSize, left) } else { batchSize }
      return open ?? Batch(capacity: room)
    }
    for (position, chunk) in zip(ahead.indices, ahead) {
      let range = chunk.part.images
      let start = max(range.lowerBound, position == cursor.chunk ? min(cursor.image, range.upperBound) : 0)
      for (index, entry) in chunk.images.enumerated() where range.contains(index) && index >= start {
        let takesRow = onError != .skip || entry.kind != .broken && entry.kind != .refused
        defer { left = left.map { $0 - 1 } }
        guard takesRow else { continue }
        var current = batch()
        switch entry.kind {
        case .image(let shape), .undecodable(let shape):
          let first = current.first ?? (entry.name, shape)
          current.first = first
          if first.shape != shape {
            if !current.isSpoiled {
              current.errors.append(
                .shapes(
                  chunk: chunk.id, first: first.name, firstShape: first.shape, other: entry.name,
                  otherShape: shape))
            }
            current.isSpoiled = true
          } else if !current.isSpoiled {
            if case .image = entry.kind {
              current.images.append(entry.number)
            } else {
              current.takeBad(entry, onError, chunk.replacement(at: index, reading: start..<range.upperBound))
            }
          }
        default:
          current.takeBad(entry, onError, chunk.replacement(at: index, reading: start..<range.upperBound))
        }
        current.rows += 1
        open = current
        if current.rows == current.capacity {
          emit(current, isDropped: false)
          open = nil
        }
      }
      let isWrong =
        chunk.imageCount == 0 ? chunk.declared != 0 : (chunk.declared ?? chunk.imageCount) != chunk.imageCount
      let error =
        chunk.error
        ?? (isWrong ? .count(chunk: chunk.id, declared: chunk.declared, found: chunk.imageCount) : nil)
      if let error, chunk.imageCount < range.upperBound {
        var current = batch()
        current.errors.append(error)
        open = current
        if batchSize == 1 {
          emit(current, isDropped: false)
          open = nil
        }
      }
      if let declared = chunk.declared {
        let found = max(range.lowerBound, min(chunk.imageCount, range.upperBound))
        left = left.map { $0 + found - max(range.lowerBound, min(declared, range.upperBound)) }
      }
    }
    if let open { emit(open, isDropped: dropsLast) }
    return events
  }
}

extension SimulatedDataset.Batch {
  fileprivate mutating func takeBad(
    _ entry: SimulatedDataset.Entry, _ onError: ErrorPolicy, _ replacement: Int?
  ) {
    switch onError {
    case .raise: errors.append(entry.error)
    case .skip: break
    case .replace: replacement.map { images.append($0) }
    }
  }
}
