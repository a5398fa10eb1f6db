import Testing

@testable import PixDecode

@Suite struct ImageContentGuessTests {
  @Test(
    arguments: [
      ([], "an empty file"),
      (Array("GIF89a..".utf8), "a GIF image"),
      (Array("BM\u{36}".utf8), "a BMP image"),
      ([0x49, 0x49, 0x2A, 0x00, 8], "a TIFF image"),
      ([0x4D, 0x4D, 0x00, 0x2A, 8], "a TIFF image"),
      ([0x50, 0x4B, 0x03, 0x04], "a zip archive"),
      ([0, 0, 0, 0x20] + Array("ftypavif\0\0\0\0".utf8), "an AVIF, HEIC or video file"),
      (Array("\n <!doctype HTML><title>404</title>".utf8), "an HTML page"),
      (Array("\u{FEFF}<html>".utf8), "an HTML page"),
      (Array("<?xml version='1.0'?>".utf8), "an XML document"),
      (Array("{\"label\": \"größe\"}".utf8), "plain text"),
      (Array(Array("größe".utf8).prefix(3)), "plain text"),
      ([0x4D, 0x5A, 0x90, 0x00, 3], "unknown data, starting with 4D 5A 90 00"),
      ([0xFE, 0xFE, 0xFE, 0xFE, 0xFE], "unknown data, starting with FE FE FE FE"),
      ([0x01], "unknown data, starting with 01"),
    ] as [([UInt8], String)])
  func names(_ bytes: [UInt8], _ name: String) {
    #expect(bytes.withUnsafeBytes { ContentGuess.describe($0) } == name)
  }
}
