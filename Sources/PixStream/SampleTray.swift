import PixDecode

/// The places of a read's images: one buffer for all as long as they are of one shape, else one each.
struct SampleTray {
  struct Place {
    let pixels: PixelBuffer
    let row: Int
  }

  private var samples: [SampleSet.Sample?]
  private let budget: MemoryBudget
  private let memoryLimit: Int
  private var common: PixelBuffer?
  /// Whether a second shape has been met, or the common buffer could not be had.
  private var isMixed = false

  init(count: Int, budget: MemoryBudget) {
    samples = Array(repeating: nil, count: count)
    self.budget = budget
    memoryLimit = budget.limit
  }

  /// Where an image of that shape is to be decoded.
  mutating func place(_ position: Int, _ shape: ImageShape) throws(DatasetError) -> Place {
    if common == nil, !isMixed {
      common = PixelBuffer(shape: shape, capacity: samples.count, budget: budget)
      isMixed = common == nil
    }
    if let common, common.shape == shape, !isMixed { return Place(pixels: common, row: position) }
    isMixed = true
    return Place(pixels: try own(shape), row: 0)
  }

  private func own(_ shape: ImageShape, capacity: Int = 1) throws(DatasetError) -> PixelBuffer {
    guard let pixels = PixelBuffer(shape: shape, capacity: capacity, budget: budget) else {
      throw .memory(needed: PixelBuffer.bytes(for: shape, capacity: capacity), limit: memoryLimit)
    }
    return pixels
  }

  mutating func put(_ sample: SampleSet.Sample) { samples[sample.position] = sample }

  /// The images that were put in, closed up, and the buffer they all lie in if they are of one shape.
  func close() throws(DatasetError) -> (samples: [SampleSet.Sample], pixels: PixelBuffer?) {
    var filled = samples.compactMap { $0 }
    guard let shape = filled.first?.shape, filled.allSatisfy({ $0.shape == shape }) else {
      for (index, sample) in filled.enumerated() where sample.pixels === common {
        filled[index].move(to: try own(sample.shape), 0)
      }
      return (filled, nil)
    }
    let pixels: PixelBuffer
    if let common, filled.allSatisfy({ $0.pixels === common }) {
      pixels = common
    } else {
      pixels = try own(shape, capacity: filled.count)
    }
    // Places only ever move down.
    for index in filled.indices { filled[index].move(to: pixels, index) }
    return (filled, pixels)
  }
}

extension SampleSet.Sample {
  fileprivate mutating func move(to pixels: PixelBuffer, _ row: Int) {
    guard self.pixels !== pixels || self.row != row else { return }
    pixels.image(row).copyMemory(from: UnsafeRawBufferPointer(self.pixels.image(self.row)))
    (self.pixels, self.row) = (pixels, row)
  }
}
