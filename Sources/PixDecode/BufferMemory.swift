/// Where byte buffers get their memory from and give it back to, on any thread.
public protocol BufferMemory: AnyObject, Sendable {
  /// Bytes that a buffer of this capacity really takes.
  func footprint(of capacity: Int) -> Int
  /// Memory of so many bytes; nil when there is none.
  func take(_ footprint: Int) -> UnsafeMutableRawPointer?
  func giveBack(_ base: UnsafeMutableRawPointer, _ footprint: Int)
}
