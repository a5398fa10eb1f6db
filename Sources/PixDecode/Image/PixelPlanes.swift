/// Turns pixels into planes of floats, in the memory of the planes.
enum PixelPlanes {
  private static let shares: [Float] = (0..<256).map { Float($0) / 255 }

  /// Where in a plane image's memory its pixels are to be decoded to: the last quarter.
  static func pixels(in memory: UnsafeMutableRawBufferPointer) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: memory[(memory.count / 4 * 3)...])
  }

  /// Spreads the pixels that lie in the last quarter over the whole.
  ///
  /// A plane is written from its beginning, and only the last one reaches into the pixels, where it never gets ahead of
  /// the pixel that is read next: with n pixels of c channels it writes float i at 4(c-1)n + 4i and reads it at
  /// 3cn + ci + c-1, which is no smaller as long as i < n.
  static func spread(in memory: UnsafeMutableRawBufferPointer, channels: Int) {
    let values = memory.count / 4
    guard values > 0, let base = memory.baseAddress else { return }
    let count = values / channels
    shares.withUnsafeBufferPointer { shares in
      for channel in 0..<channels {
        var source = base + 3 * values + channel
        var target = base + 4 * channel * count
        for _ in 0..<count {
          let value = source.load(as: UInt8.self)
          target.storeBytes(of: shares[Int(value)], as: Float.self)
          source += channels
          target += 4
        }
      }
    }
  }
}
