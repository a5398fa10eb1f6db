import Glibc

/// Memory straight from the system.
final class SystemMemory: BufferMemory {
  static let shared = SystemMemory()

  func footprint(of capacity: Int) -> Int { capacity }
  func take(_ footprint: Int) -> UnsafeMutableRawPointer? { malloc(max(footprint, 1)) }
  func giveBack(_ base: UnsafeMutableRawPointer, _ footprint: Int) { free(base) }
}
