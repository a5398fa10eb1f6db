import CCodecs

/// Which samples of a line, and how much of each, make the samples of another: the triangle of Pillow's BILINEAR, as wide
/// as the line shrinks, in Pillow's own roundings. All windows are of one length: where Pillow's is shorter, the rest
/// weighs nothing.
struct ResampleWindows {
  private let memory: ByteBuffer
  private var table = pix_windows()
  /// False where the line stays as it is.
  let isNeeded: Bool

  /// Nil when there is no memory.
  init?(of range: ResizePlan.Range, in length: Int, to count: Int) {
    guard length <= Int(Int32.max), count <= Int(Int32.max) else { return nil }
    isNeeded = count != length || range.start != 0 || range.end != Float(count)
    let scale = Double(range.end - range.start) / Double(count)
    let reach = max(scale, 1)
    let window = { (output: Int) in
      let center = Double(range.start) + (Double(output) + 0.5) * scale
      let start = min(max(Int(center - reach + 0.5), 0), length)
      return (center: center, samples: start..<max(min(Int(center + reach + 0.5), length), start))
    }
    var longest = 1
    for output in 0..<count { longest = max(longest, window(output).samples.count) }
    let taps = (longest + 7) / 8 * 8
    let weights = count * taps
    guard let memory = ByteBuffer(capacity: (weights + count) * 4, from: SystemMemory.shared) else { return nil }
    self.memory = memory
    let base = memory.room.baseAddress!
    let starts = base.bindMemory(to: UInt32.self, capacity: count)
    let high = (base + count * 4).bindMemory(to: Int16.self, capacity: weights * 2)
    let low = high + weights
    high.initialize(repeating: 0, count: weights * 2)
    for output in 0..<count {
      let (center, samples) = window(output)
      var sum = 0.0
      for sample in samples { sum += Self.weight(sample, center, 1 / reach) }
      let first = min(samples.lowerBound, length - longest)
      starts[output] = UInt32(first)
      for sample in samples {
        let weight = Self.weight(sample, center, 1 / reach)
        let fixed = Int32(0.5 + (sum == 0 ? weight : weight / sum) * Double(1 << 22))
        let place = output * taps + sample - first
        high[place] = Int16(fixed >> 11)
        low[place] = Int16(fixed & 2047)
      }
    }
    table = pix_windows(
      count: UInt32(count), length: UInt32(longest), taps: UInt32(taps), starts: starts, high: high, low: low)
  }

  private static func weight(_ sample: Int, _ center: Double, _ slope: Double) -> Double {
    max(1 - abs((Double(sample) - center + 0.5) * slope), 0)
  }

  /// Lends the table; it lies in memory of this value.
  func withTable<Failure: Error>(
    _ body: (UnsafePointer<pix_windows>) throws(Failure) -> Void
  ) throws(Failure) {
    defer { withExtendedLifetime(memory) {} }
    try withUnsafePointer(to: table) { (table) throws(Failure) in try body(table) }
  }
}
