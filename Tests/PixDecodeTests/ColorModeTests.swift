import Testing

@testable import PixDecode

@Suite struct ColorModeTests {
  @Test(arguments: [("RGB", 3), ("L", 1), ("RGBA", 4)]) func namesAndChannelsArePillows(_ name: String, _ channels: Int)
  {
    #expect(ColorMode(rawValue: name)?.channels == channels)
  }
}
