import PixDecode

/// Consecutive images that leave together: a batch, or a single image.
struct Slab {
  enum Row {
    case decoding
    case ready(Sample)
    case failed
  }

  let id: Int
  let capacity: Int
  var rows: [Row] = []
  var running = 0
  var pixels: PixelBuffer?
  /// The image that set the shape.
  var shapedBy: String?
  var reserved = 0
  /// In dataset order; raised one by one before the images leave.
  private var errors: [(row: Int, error: DatasetError)] = []
  /// Two shapes met: only the error leaves.
  var isSpoiled = false
  /// Nothing more is coming.
  var isLast = false
  /// Where the stream stands once this slab has left.
  var end = Cursor()

  init(id: Int, capacity: Int, end: Cursor) {
    self.id = id
    self.capacity = capacity
    self.end = end
  }

  /// Notes what went wrong with a row, or before the row that comes next.
  mutating func add(_ error: DatasetError, at row: Int? = nil) {
    let row = row ?? rows.count
    errors.insert((row, error), at: errors.firstIndex { $0.row > row } ?? errors.count)
  }

  mutating func popError() -> DatasetError? { errors.isEmpty ? nil : errors.removeFirst().error }

  var hasErrors: Bool { !errors.isEmpty }
  var hasImages: Bool {
    !isSpoiled && rows.contains { if case .ready = $0 { true } else { false } }
  }
  var isFull: Bool { rows.count >= capacity }
  var isDeliverable: Bool { running == 0 && (isFull || isLast) }

  /// The good images, closed up. Nil when there is none.
  func batch() -> Batch? {
    guard !isSpoiled, let pixels else { return nil }
    var samples: [Sample] = []
    for (index, row) in rows.enumerated() {
      guard case .ready(let sample) = row else { continue }
      pixels.move(index, to: samples.count)
      samples.append(sample)
    }
    return samples.isEmpty ? nil : Batch(pixels: pixels, count: samples.count, samples: samples, end: end)
  }
}
