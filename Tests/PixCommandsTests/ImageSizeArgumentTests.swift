import PixDecode
import Testing

@testable import PixCommands

@Suite struct ImageSizeArgumentTests {
  @Test func oneSideIsASquareAndTwoAreHeightAndWidth() {
    #expect(ImageSizeArgument(argument: "224")?.size == Rendition.Size(height: 224, width: 224))
    #expect(ImageSizeArgument(argument: "240x320")?.size == Rendition.Size(height: 240, width: 320))
    #expect(ImageSizeArgument(argument: "240X320")?.size == Rendition.Size(height: 240, width: 320))
  }

  @Test(arguments: ["", "0", "-1", "x", "224x", "x224", "1x2x3", "65536", "99999999999999999999", "big", "224 x 224"])
  func whatIsNoSize(text: String) { #expect(ImageSizeArgument(argument: text) == nil) }
}
