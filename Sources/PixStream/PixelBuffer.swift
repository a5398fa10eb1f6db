import Glibc
import PixDecode

/// Pixels with an owner: one image, or a batch of images of one shape, RGB uint8, rows tightly packed.
///
/// Decoders write it, then the caller's arrays show it. Its memory goes back to the budget's reserve, or to the
/// system, when the last of them lets go.
public final class PixelBuffer: @unchecked Sendable {
  public let shape: ImageShape
  /// Images there is room for.
  public let capacity: Int
  private let base: UnsafeMutableRawPointer
  private let allocated: Int
  private let budget: MemoryBudget
  private let generation: UInt64

  /// Bytes a buffer for so many images takes; nil when no machine could address it.
  static func bytes(for shape: ImageShape, capacity: Int) -> Int? {
    let (product, overflow) = shape.byteCount.multipliedReportingOverflow(by: capacity)
    guard !overflow, product <= 1 << 46 else { return nil }
    return (max(product, 1) + MemoryBudget.pageBytes - 1) / MemoryBudget.pageBytes * MemoryBudget.pageBytes
  }

  init?(shape: ImageShape, capacity: Int, budget: MemoryBudget) {
    guard let bytes = PixelBuffer.bytes(for: shape, capacity: capacity), let base = budget.take(bytes)
    else { return nil }
    self.shape = shape
    self.capacity = capacity
    self.base = base
    self.allocated = bytes
    self.budget = budget
    self.generation = Engine.generation
  }

  deinit {
    // In a forked child the parent's locks may be held forever by threads that are not there.
    if generation == Engine.generation {
      budget.giveBack(base, allocated)
    } else {
      munmap(base, allocated)
    }
  }

  /// The memory of image `index`.
  public func image(_ index: Int) -> UnsafeMutableRawBufferPointer {
    precondition(index >= 0 && index < capacity)
    return UnsafeMutableRawBufferPointer(start: base + index * shape.byteCount, count: shape.byteCount)
  }

  public var address: UnsafeMutableRawPointer { base }

  /// Moves image `source` down to place `target`.
  func move(_ source: Int, to target: Int) {
    guard source != target else { return }
    image(target).copyMemory(from: UnsafeRawBufferPointer(image(source)))
  }

  /// One image in memory of its own; nil when the system has none.
  public func copy(of image: Int) -> PixelBuffer? {
    guard let copy = PixelBuffer(shape: shape, capacity: 1, budget: budget) else { return nil }
    copy.image(0).copyMemory(from: UnsafeRawBufferPointer(self.image(image)))
    return copy
  }
}
