import CCodecs

/// Which samples of a line, and how much of each, make the samples of another: the triangle of Pillow's BILINEAR, as wide
/// as the line shrinks, in Pillow's own roundings.
struct ResampleWindows {
  private let memory: ByteBuffer
  private let count: Int
  private let taps: Int
  private let most: Int
  /// False where the line stays as it is.
  let isNeeded: Bool

  /// Nil when there is no memory.
  init?(of range: ResizePlan.Range, in length: Int, to count: Int) {
    let scale = Double(range.end - range.start) / Double(count)
    let filterScale = max(scale, 1)
    let room = min(Int(filterScale.rounded(.up)) * 2 + 1, length)
    isNeeded = count != length || range.start != 0 || range.end != Float(count)
    taps = (room + 7) / 8 * 8
    self.count = count
    let weights = count.multipliedReportingOverflow(by: taps)
    let bytes = weights.partialValue.multipliedReportingOverflow(by: 4)
    guard !weights.overflow, !bytes.overflow, length <= Int(Int32.max), count <= Int(Int32.max),
      let memory = ByteBuffer(capacity: bytes.partialValue + count * 8, from: SystemMemory.shared)
    else { return nil }
    self.memory = memory
    let (starts, lengths, high, low) = Self.columns(memory, count, taps)
    var most = 1
    for output in 0..<count {
      let center = Double(range.start) + (Double(output) + 0.5) * scale
      let start = min(max(Int(center - filterScale + 0.5), 0), length - 1)
      let end = min(max(Int(center + filterScale + 0.5), start + 1), length, start + taps)
      starts[output] = UInt32(start)
      lengths[output] = UInt32(end - start)
      most = max(most, end - start)
      let weight = { (sample: Int) in
        max(1 - abs((Double(sample) - center + 0.5) * (1 / filterScale)), 0)
      }
      var sum = 0.0
      for sample in start..<end { sum += weight(sample) }
      for tap in 0..<taps {
        let share = start + tap < end ? weight(start + tap) : 0
        let fixed = Int32(0.5 + (sum == 0 ? share : share / sum) * Double(1 << 22))
        high[output * taps + tap] = Int16(fixed >> 11)
        low[output * taps + tap] = Int16(fixed & 2047)
      }
    }
    self.most = most
  }

  func withTable<Failure: Error>(
    _ body: (UnsafePointer<pix_windows>) throws(Failure) -> Void
  ) throws(Failure) {
    defer { withExtendedLifetime(memory) {} }
    let (starts, lengths, high, low) = Self.columns(memory, count, taps)
    var table = pix_windows(
      count: UInt32(count), taps: UInt32(taps), most: UInt32(most), starts: starts, lengths: lengths, high: high,
      low: low)
    try withUnsafePointer(to: &table) { (table) throws(Failure) in try body(table) }
  }

  private static func columns(
    _ memory: ByteBuffer, _ count: Int, _ taps: Int
  ) -> (
    UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<Int16>, UnsafeMutablePointer<Int16>
  ) {
    let base = memory.room.baseAddress!
    let starts = base.bindMemory(to: UInt32.self, capacity: count * 2)
    let high = (base + count * 8).bindMemory(to: Int16.self, capacity: count * taps * 2)
    return (starts, starts + count, high, high + count * taps)
  }
}
