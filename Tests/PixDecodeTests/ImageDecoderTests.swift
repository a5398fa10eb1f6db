import Foundation
import Testing

@testable import PixDecode

@Suite struct ImageDecoderTests {
  private let decoder = ImageDecoder()

  @Test func pixelsEqualPillowsInEveryMode() throws {
    let fixtures = try ImageFixtures.shared()
    #expect(fixtures.images.count >= 130)
    for image in fixtures.images {
      let (header, pixels) = try decoder.pixels(of: fixtures.bytes(image.name))
      #expect(header.height == image.height && header.width == image.width, "\(image)")
      let isEqual = pixels == (try fixtures.expected(image))
      #expect(isEqual, "\(image)")
    }
  }

  @Test func whatIsNoImageIsSaidToBeWhatItLooksLike() {
    #expect(throws: DecodeError.notAnImage(found: "a GIF image")) { try decoder.header(of: Array("GIF89a".utf8)) }
    #expect(throws: DecodeError.notAnImage(found: "an empty file")) { try decoder.header(of: []) }
  }

  @Test(arguments: [ImageForgery.jpeg, ImageForgery.png, ImageForgery.webp])
  func moreThanTheLimitIsRefusedByTheHeader(_ header: @Sendable (Int, Int) -> [UInt8]) {
    let limit = decoder.pixelLimit
    #expect(throws: DecodeError.tooManyPixels(width: 60000, height: 60000, limit: limit)) {
      try decoder.header(of: header(60000, 60000))
    }
  }

  @Test func theLimitItselfIsAllowed() throws {
    let small = ImageDecoder(pixelLimit: 20)
    #expect(try small.header(of: ImageForgery.png(5, 4)) == ImageHeader(format: .png, height: 4, width: 5))
    #expect(throws: DecodeError.tooManyPixels(width: 7, height: 3, limit: 20)) {
      try small.header(of: ImageForgery.png(7, 3))
    }
  }

  @Test(arguments: [(0, 7), (7, 0), (0, 0)])
  func noPixelsAtAllIsMalformed(_ width: Int, _ height: Int) {
    for header in [ImageForgery.jpeg(width, height), ImageForgery.png(width, height)] {
      #expect { try decoder.header(of: header) } throws: { isMalformed($0) }
    }
  }

  @Test(arguments: ["0_s2.jpg", "0_cmyk.jpg", "0_rgb.png", "0_raw0_16i.png", "0_lossy.webp", "0_animated.webp"])
  func anotherShapeThanTheImagesIsRefused(_ name: String) throws {
    let file = try ImageFixtures.shared().bytes(name)
    let header = try decoder.header(of: file)
    for rendition in [Rendition(), Rendition(size: Rendition.Size(height: 5, width: 7), mode: .gray)] {
      for (down, across) in [(0, 1), (1, 0), (-1, 0), (0, -1), (9, 9)] {
        let other = ImageHeader(format: header.format, height: header.height + down, width: header.width + across)
        #expect { try ImageDecoder(rendition: rendition).decode(file, other) } throws: { isMalformed($0) }
      }
    }
  }

  @Test func truncatedImagesTellTheirRows() throws {
    let fixtures = try ImageFixtures.shared()
    for name in ["2_s2.jpg", "2_rgb.png", "2_lossy.webp", "2_lossless.webp"] {
      let file = try fixtures.bytes(name)
      let header = try decoder.header(of: file)
      for size in [nil, Rendition.Size(height: 30, width: 40), Rendition.Size(height: 300, width: 400)] {
        let decoder = ImageDecoder(rendition: Rendition(size: size))
        #expect { try decoder.pixels(of: Array(file.prefix(file.count * 3 / 4))) } throws: { error in
          guard case DecodeError.truncated(header.format, let rows, header.height) = error else { return false }
          return rows > 0 && rows < header.height
        }
      }
    }
  }

  @Test func aProgressiveJPEGWithoutItsEndMarkerIsTruncated() throws {
    let file = try ImageFixtures.shared().bytes("0_s2p.jpg")
    #expect { try decoder.pixels(of: file.dropLast(2)) } throws: {
      if case DecodeError.truncated(.jpeg, 0, _) = $0 { true } else { false }
    }
  }

  @Test func aJPEGOfTooManyScansIsRefused() throws {
    let file = try ImageFixtures.shared().bytes("0_s2p.jpg")
    let scan = try #require(file.indices.last { file[$0...].starts(with: [0xFF, 0xDA]) })
    let repeated = Array(repeating: file[scan..<file.count - 2], count: 501).joined()
    #expect(throws: DecodeError.malformed(format: .jpeg, reason: "more than 500 scans")) {
      try decoder.pixels(of: file[..<scan] + repeated + [0xFF, 0xD9])
    }
  }

  @Test func aPNGWithAWrongChecksumIsMalformed() throws {
    var file = try ImageFixtures.shared().bytes("0_rgb.png")
    let end = file.count - 12
    file[end - 1] ^= 1
    #expect { try decoder.pixels(of: file) } throws: { isMalformed($0) }
  }

  /// 80 texts of 7 MB each, in 7 kB each.
  @Test func textsOfPNGsAreNotInflated() throws {
    let file = try ImageFixtures.shared().bytes("0_rgb.png")
    let text = ImageForgery.chunk("zTXt", Array("Comment\0\0".utf8) + ImageForgery.deflated(letters: 7_000_000))
    let stuffed = Array(file[..<33] + Array(repeating: text, count: 80).joined() + file[33...])
    let before = peakMemory()
    let pixels = try decoder.pixels(of: stuffed).pixels
    #expect(peakMemory() - before < 200_000_000)
    #expect(try pixels == decoder.pixels(of: file).pixels)
  }

  private func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  private func isMalformed(_ error: any Error) -> Bool {
    if case DecodeError.malformed = error { true } else { false }
  }
}
