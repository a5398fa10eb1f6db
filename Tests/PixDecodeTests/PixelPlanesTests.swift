import Testing

@testable import PixDecode

@Suite struct PixelPlanesTests {
  @Test(arguments: [1, 3, 4], [1, 2, 3, 7, 640]) func pixelsBecomePlanesInTheirOwnMemory(
    _ channels: Int, _ count: Int
  ) {
    let pixels = (0..<channels * count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * pixels.count, alignment: 64)
    defer { memory.deallocate() }
    PixelPlanes.pixels(in: memory).copyBytes(from: pixels)
    PixelPlanes.spread(in: memory, channels: channels)
    let planes = (0..<channels).flatMap { channel in
      (0..<count).map { Float(pixels[$0 * channels + channel]) / 255 }
    }
    #expect(Array(memory.bindMemory(to: Float.self)) == planes)
  }

  @Test func nothingIsNothing() {
    PixelPlanes.spread(in: UnsafeMutableRawBufferPointer(start: nil, count: 0), channels: 3)
  }
}
