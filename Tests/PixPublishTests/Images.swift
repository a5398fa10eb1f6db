import Foundation

/// Content that announces an image; nothing here decodes it.
enum Images {
  static func jpeg(_ text: String) -> Data { Data([0xFF, 0xD8, 0xFF, 0xE0]) + Data(text.utf8) }
  static func png(_ text: String) -> Data {
    Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) + Data(text.utf8)
  }
  static func webp(_ text: String) -> Data {
    Data("RIFF".utf8) + Data([9, 9, 9, 9]) + Data("WEBP".utf8) + Data(text.utf8)
  }
}
