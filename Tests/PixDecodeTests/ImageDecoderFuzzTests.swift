import Testing

@testable import PixDecode

/// Broken bytes end in pixels or in a DecodeError, and never write beside the pixels.
@Suite struct ImageDecoderFuzzTests {
  static let names = [
    "0_s2.jpg", "0_s2p.jpg", "0_gray.jpg", "0_cmyk.jpg", "0_ycck.jpg", "0_p.png", "0_raw3_4i_t.png", "0_raw0_16i.png",
    "0_raw6_8.png", "0_lossy.webp", "0_lossless.webp", "0_alpha.webp", "0_animated.webp", "0_offset.webp",
  ]
  /// As they are, and resized: a little smaller, much smaller (long windows), larger, cut off and padded.
  private let decoders = [
    Rendition(), Rendition(size: Rendition.Size(height: 50, width: 70), mode: .rgba),
    Rendition(size: Rendition.Size(height: 3, width: 5), resize: .pad, mode: .gray),
    Rendition(size: Rendition.Size(height: 90, width: 40), resize: .crop),
    Rendition(size: Rendition.Size(height: 33, width: 33), resize: .pad, mode: .rgba), Rendition(mode: .gray),
  ].map { ImageDecoder(pixelLimit: 1 << 20, rendition: $0) }

  @Test(arguments: names) func cutAtEveryByte(_ name: String) throws {
    let file = try ImageFixtures.shared().bytes(name)
    let whole = try decoders.map { decoder throws(DecodeError) in try decoder.pixels(of: file).pixels }
    // A PNG's last chunk and a JPEG's end marker hold no pixels; libjpeg may read ahead into its marker.
    let needed = file.count - (name.hasSuffix(".png") ? 12 : name.hasSuffix(".jpg") ? 2 : 0)
    for count in 0..<file.count {
      do throws(DecodeError) {
        let turn = count % decoders.count
        let pixels = try decoders[turn].pixels(of: Array(file.prefix(count))).pixels
        #expect(count >= needed && pixels == whole[turn], "\(count) of \(file.count) bytes")
      } catch .truncated(let format, let rows, let height) {
        #expect((count < needed || format == .jpeg) && rows <= height)
      } catch .notAnImage {
        #expect(count < 12)
      } catch {
        Issue.record("\(count) of \(file.count) bytes: \(error)")
      }
    }
  }

  @Test(arguments: names) func flippedBytes(_ name: String) throws {
    let file = try ImageFixtures.shared().bytes(name)
    var dice = Dice(state: 0x9E37_79B9_7F4A_7C15)
    var decoded = 0
    for turn in 0..<2000 {
      var broken = file
      let reach = [64, 400, file.count].randomElement(using: &dice)!
      for _ in 0..<Int.random(in: 1...4, using: &dice) {
        broken[Int.random(in: 0..<min(reach, file.count), using: &dice)] = UInt8.random(in: 0...255, using: &dice)
      }
      if (try? decoders[turn % decoders.count].pixels(of: broken)) != nil { decoded += 1 }
    }
    #expect(decoded < 2000)
  }
}
