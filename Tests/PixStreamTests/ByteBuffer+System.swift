@testable import PixDecode

extension ByteBuffer {
  convenience init(capacity: Int) { self.init(capacity: capacity, from: SystemMemory.shared)! }
}
