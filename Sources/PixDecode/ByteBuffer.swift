import Glibc

/// Bytes with an owner: one entry's content on its way from the wire to the decoder.
public final class ByteBuffer: @unchecked Sendable {
  private var base: UnsafeMutableRawPointer
  public private(set) var capacity: Int
  public private(set) var count = 0

  /// Reserves `capacity` bytes without touching them.
  public init(capacity: Int) {
    self.capacity = capacity
    guard let memory = malloc(max(capacity, 1)) else { fatalError("out of memory for \(capacity) bytes") }
    base = memory
  }

  deinit { free(base) }

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

  func grow(to newCapacity: Int) {
    guard newCapacity > capacity else { return }
    guard let memory = realloc(base, newCapacity) else {
      fatalError("out of memory for \(newCapacity) bytes")
    }
    base = memory
    capacity = newCapacity
  }
}
