import Glibc

/// Bytes with an owner: one entry's content on its way from the wire to the decoder.
public final class ByteBuffer: @unchecked Sendable {
  private let memory: any BufferMemory
  private var base: UnsafeMutableRawPointer
  public private(set) var capacity: Int
  public private(set) var count = 0

  /// Takes memory without touching it; nil when there is none.
  public init?(capacity: Int, from memory: any BufferMemory) {
    guard let base = memory.take(memory.footprint(of: capacity)) else { return nil }
    self.capacity = capacity
    self.memory = memory
    self.base = base
  }

  deinit { memory.giveBack(base, footprint) }

  /// Bytes of memory it takes.
  public var footprint: Int { memory.footprint(of: capacity) }

  /// A new one with memory from the same place.
  func another(capacity: Int) -> ByteBuffer? { ByteBuffer(capacity: capacity, from: memory) }

  /// Shows the bytes for the time of `body`; a pointer that outlived the owner would point to freed memory.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(self) {} }
    return try body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Room that has not been written.
  var room: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
  }

  /// Counts bytes that were written into `room`.
  func advance(by written: Int) {
    precondition(written >= 0 && count + written <= capacity)
    count += written
  }

  /// Copies as much of `source` as fits. Returns how much that was.
  func append(_ source: UnsafeRawBufferPointer) -> Int {
    let copied = min(source.count, capacity - count)
    if copied > 0 { memcpy(base + count, source.baseAddress!, copied) }
    count += copied
    return copied
  }

  func clear() { count = 0 }

  /// Returns false when there is no memory.
  func grow(to newCapacity: Int) -> Bool {
    guard newCapacity > capacity else { return true }
    guard let larger = memory.take(memory.footprint(of: newCapacity)) else { return false }
    memcpy(larger, base, count)
    memory.giveBack(base, footprint)
    base = larger
    capacity = newCapacity
    return true
  }
}
