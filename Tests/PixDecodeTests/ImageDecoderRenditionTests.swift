import CCodecs
import Foundation
import Testing

@testable import PixDecode

/// Images in other sizes and modes, beside what Pillow makes of them.
@Suite struct ImageDecoderRenditionTests {
  /// Each kind of instructions takes every third image, in every mode and every way to resize.
  @Test(arguments: [PIX_PLAIN, PIX_SSE2, PIX_AVX2].enumerated().map { ($0, $1) })
  func pixelsEqualPillows(_ turn: Int, _ vectors: pix_vectors) throws {
    let cases = try RenditionFixtures.shared().cases
    #expect(cases.count >= 1700)
    var unequal: [String] = []
    for (number, image) in cases.enumerated() where number / 9 % 3 == turn {
      var decoder = ImageDecoder(rendition: image.rendition)
      decoder.vectors = vectors
      let (header, pixels) = try decoder.pixels(of: bytes(image.file))
      let shape = ImageShape(height: image.height, width: image.width, channels: image.rendition.mode.channels)
      #expect(decoder.rendition.shape(of: header) == shape, "\(image)")
      if checksum(pixels) != image.checksum { unequal.append("\(image)") }
    }
    #expect(unequal == [])
  }

  @Test func transparentColorsArePNGs() throws {
    let keyed = try RenditionFixtures.shared().keyed
    #expect(keyed.count == 7)
    for image in keyed {
      let (_, pixels) = try ImageDecoder(rendition: Rendition(mode: .rgba)).pixels(of: bytes(image.file))
      #expect(checksum(pixels) == image.checksum, "\(image.file)")
    }
  }

  /// JPEG's scaling is no bilinear filter: how far it is from the full size resized, in levels of 255.
  @Test(arguments: [(500, 375, 0, 0), (640, 480, 0.6, 40), (1600, 1200, 0.5, 25)])
  func scalingWhileDecodingIsNearToResizingTheWhole(
    _ width: Int, _ height: Int, _ mean: Double, _ most: Int
  ) throws {
    let folder = try FixtureScript.temporaryFolder("pixcrawler-plain")
    let photographs = try ImageFixtures.photographs(
      width: width, height: height, in: folder.appendingPathComponent("photographs"))
    try FixtureScript.run("Tests/Fixtures/make_plain.py", [folder.path, "224"] + photographs)
    let decoder = ImageDecoder(rendition: Rendition(size: Rendition.Size(height: 224, width: 224)))
    var (sum, count, greatest) = (0, 0, 0)
    for (number, photograph) in photographs.enumerated() {
      let pixels = try decoder.pixels(of: bytes(photograph)).pixels
      let plain = try bytes(folder.appendingPathComponent("\(number).rgb").path)
      #expect(pixels.count == plain.count)
      for (ours, theirs) in zip(pixels, plain) {
        let difference = abs(Int(ours) - Int(theirs))
        sum += difference
        greatest = max(greatest, difference)
      }
      count += pixels.count
    }
    #expect(Double(sum) / Double(count) <= mean)
    #expect(greatest <= most)
  }

  private func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

  private func checksum(_ pixels: [UInt8]) -> UInt32 { pixels.withUnsafeBytes { Checksum.crc32(of: $0) } }
}
