import Testing

@testable import PixDecode

@Suite struct ImageShapeTests {
  @Test func threeBytesAPixel() {
    #expect(ImageShape(height: 427, width: 640).byteCount == 819_840)
    #expect(ImageShape(height: 1, width: 1).byteCount == 3)
  }
}
