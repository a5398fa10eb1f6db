import Testing

@testable import PixDecode

@Suite struct RenditionTests {
  private let header = ImageHeader(format: .png, height: 30, width: 40)

  @Test func withoutASizeImagesKeepTheirOwn() {
    #expect(Rendition().shape(of: header) == ImageShape(height: 30, width: 40, channels: 3))
    #expect(Rendition(mode: .gray).shape(of: header) == ImageShape(height: 30, width: 40, channels: 1))
  }

  @Test(arguments: Resize.allCases) func theSizeIsWhatEveryImageGets(_ resize: Resize) {
    let rendition = Rendition(size: Rendition.Size(height: 7, width: 9), resize: resize, mode: .rgba)
    #expect(rendition.shape(of: header) == ImageShape(height: 7, width: 9, channels: 4))
  }
}
