import Testing

@testable import PixDecode

extension ImageDecoder {
  func pixels(of file: [UInt8]) throws(DecodeError) -> (header: ImageHeader, pixels: [UInt8]) {
    let header = try self.header(of: file)
    return (header, try decode(file, header))
  }

  func header(of file: [UInt8]) throws(DecodeError) -> ImageHeader {
    let copy = UnsafeMutableRawBufferPointer.copied(file)
    defer { copy.deallocate() }
    return try header(of: UnsafeRawBufferPointer(copy))
  }

  /// Decodes between two guards, which must come out unharmed.
  func decode(_ file: [UInt8], _ header: ImageHeader) throws(DecodeError) -> [UInt8] {
    let byteCount = rendition.shape(of: header).byteCount
    let guardBytes = 64
    let copy = UnsafeMutableRawBufferPointer.copied(file)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount + 2 * guardBytes, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0xA5)
    defer {
      #expect(memory.prefix(guardBytes).allSatisfy { $0 == 0xA5 })
      #expect(memory.suffix(guardBytes).allSatisfy { $0 == 0xA5 })
      memory.deallocate()
      copy.deallocate()
    }
    let pixels = UnsafeMutableRawBufferPointer(rebasing: memory[guardBytes..<guardBytes + byteCount])
    try decode(UnsafeRawBufferPointer(copy), header, into: pixels)
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
