import ArgumentParser
import PixDecode

/// `224`, or `240x320`: height x width in pixels.
struct ImageSizeArgument: ExpressibleByArgument {
  /// As large as an image of the engine may be in one direction.
  private static let largest = 65_535

  let size: Rendition.Size

  init?(argument: String) {
    let sides = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(sides.count), let height = sides.first ?? nil, let width = sides.last ?? nil,
      (1...ImageSizeArgument.largest).contains(height), (1...ImageSizeArgument.largest).contains(width)
    else { return nil }
    size = Rendition.Size(height: height, width: width)
  }
}
