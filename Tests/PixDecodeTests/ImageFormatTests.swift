import Testing

@testable import PixDecode

@Suite struct ImageFormatTests {
  private func sniff(_ bytes: [UInt8]) -> ImageFormat? { bytes.withUnsafeBytes { ImageFormat(sniffing: $0) } }

  @Test func eachFormatByItsFirstBytes() {
    #expect(sniff([0xFF, 0xD8, 0xFF, 0xE0]) == .jpeg)
    #expect(sniff([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) == .png)
    #expect(sniff(Array("RIFF\0\0\0\0WEBPVP8 ".utf8)) == .webp)
  }

  @Test func startsThatAreTooShortOrOfOtherFiles() {
    #expect(sniff([]) == nil)
    #expect(sniff([0xFF, 0xD8]) == nil)
    #expect(sniff([0x89, 0x50, 0x4E, 0x47]) == nil)
    #expect(sniff(Array("RIFF\0\0\0\0WEB".utf8)) == nil)
    #expect(sniff(Array("RIFF\0\0\0\0WAVEfmt ".utf8)) == nil)
    #expect(sniff(Array("GIF89a".utf8)) == nil)
  }
}
