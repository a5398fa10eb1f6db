import Testing

@testable import PixDecode

extension ImageDecoder {
  /// Decodes between two guards, which must come out unharmed.
  func pixels(of file: [UInt8]) throws(DecodeError) -> (format: ImageFormat, shape: ImageShape, pixels: [UInt8]) {
    let (format, shape) = try self.shape(of: file)
    return (format, shape, try decode(file, as: format, shape: shape))
  }

  func shape(of file: [UInt8]) throws(DecodeError) -> (format: ImageFormat, shape: ImageShape) {
    let copy = UnsafeMutableRawBufferPointer.copied(file)
    defer { copy.deallocate() }
    return try shape(of: UnsafeRawBufferPointer(copy))
  }

  func decode(_ file: [UInt8], as format: ImageFormat, shape: ImageShape) throws(DecodeError) -> [UInt8] {
    let guardBytes = 64
    let copy = UnsafeMutableRawBufferPointer.copied(file)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: shape.byteCount + 2 * guardBytes, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0xA5)
    defer {
      #expect(memory.prefix(guardBytes).allSatisfy { $0 == 0xA5 })
      #expect(memory.suffix(guardBytes).allSatisfy { $0 == 0xA5 })
      memory.deallocate()
      copy.deallocate()
    }
    let pixels = UnsafeMutableRawBufferPointer(rebasing: memory[guardBytes..<guardBytes + shape.byteCount])
    try decode(UnsafeRawBufferPointer(copy), as: format, shape: shape, into: pixels)
    return [UInt8](pixels)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Memory of exactly the bytes' length, so that AddressSanitizer sees each read past its end.
  static func copied(_ bytes: [UInt8]) -> UnsafeMutableRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    copy.copyBytes(from: bytes)
    return copy
  }
}
