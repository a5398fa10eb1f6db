import Testing

@testable import PixDecode

@Suite struct ResizePlanTests {
  private func plan(
    _ format: ImageFormat, _ own: (Int, Int), _ size: (Int, Int)?, _ resize: Resize = .stretch
  ) -> ResizePlan {
    ResizePlan(
      ImageHeader(format: format, height: own.0, width: own.1),
      Rendition(size: size.map { Rendition.Size(height: $0.0, width: $0.1) }, resize: resize))
  }

  @Test func withoutASizeNothingIsResized() {
    let plan = plan(.jpeg, (375, 500), nil, .pad)
    #expect(!plan.isResized && plan.shrink == 1 && plan.filled == Rendition.Size(height: 375, width: 500))
  }

  @Test(
    arguments: [
      ((375, 500), (224, 224), 1), ((448, 448), (224, 224), 2), ((447, 9000), (224, 224), 1),
      ((900, 900), (224, 224), 4), ((1791, 1791), (224, 224), 4), ((1792, 1792), (224, 224), 8),
      ((60000, 60000), (1, 1), 8), ((3, 3), (9, 9), 1),
    ] as [((Int, Int), (Int, Int), Int)])
  func jpegsShrinkByTheLargestFactorThatLeavesEnough(_ own: (Int, Int), _ size: (Int, Int), _ shrink: Int) {
    #expect(plan(.jpeg, own, size).shrink == shrink)
    #expect(plan(.png, own, size).shrink == 1)
  }

  @Test func whatIsLeftOfAShrunkJPEGIsRoundedUp() {
    #expect(plan(.jpeg, (451, 449), (224, 224)).decoded == Rendition.Size(height: 226, width: 225))
  }

  @Test func aJPEGThatShrinksToTheSizeIsNotResized() {
    #expect(!plan(.jpeg, (448, 448), (224, 224)).isResized)
    #expect(plan(.jpeg, (448, 448), (224, 224)).shrink == 2)
    #expect(plan(.png, (448, 448), (224, 224)).isResized)
  }

  @Test func croppingTakesTheMiddle() {
    let wide = plan(.png, (100, 300), (50, 50), .crop)
    #expect(wide.across == ResizePlan.Range(start: 100, end: 200))
    #expect(wide.down == ResizePlan.Range(start: 0, end: 100))
    let high = plan(.png, (300, 100), (50, 50), .crop)
    #expect(high.down == ResizePlan.Range(start: 100, end: 200))
    let same = plan(.png, (50, 60), (50, 50), .crop)
    #expect(same.isResized && same.across == ResizePlan.Range(start: 5, end: 55))
  }

  /// 0.5, 1.5 and 2.5 round to what is even, as in Python.
  @Test(
    arguments: [
      ((100, 200), (50, 50), (25, 50), (12, 0)), ((200, 100), (50, 50), (50, 25), (0, 12)),
      ((100, 200), (5, 5), (2, 5), (2, 0)), ((100, 200), (3, 3), (2, 3), (0, 0)), ((100, 200), (1, 1), (1, 1), (0, 0)),
      ((7, 5), (7, 5), (7, 5), (0, 0)), ((1, 1000), (8, 8), (1, 8), (4, 0)), ((1000, 1), (8, 8), (8, 1), (0, 4)),
    ] as [((Int, Int), (Int, Int), (Int, Int), (Int, Int))])
  func paddingCentersWhatFits(_ own: (Int, Int), _ size: (Int, Int), _ filled: (Int, Int), _ corner: (Int, Int)) {
    let plan = plan(.png, own, size, .pad)
    #expect(plan.filled == Rendition.Size(height: filled.0, width: filled.1))
    #expect((plan.top, plan.left) == corner)
  }

  @Test func nothingLandsOutsideTheSize() {
    var dice = Dice(state: 7)
    for _ in 0..<2000 {
      let own = (Int.random(in: 1...2000, using: &dice), Int.random(in: 1...2000, using: &dice))
      let size = (Int.random(in: 1...500, using: &dice), Int.random(in: 1...500, using: &dice))
      let padded = plan(.jpeg, own, size, .pad)
      #expect(padded.filled.width >= 1 && padded.left >= 0 && padded.left + padded.filled.width <= size.1)
      #expect(padded.filled.height >= 1 && padded.top >= 0 && padded.top + padded.filled.height <= size.0)
      let cropped = plan(.jpeg, own, size, .crop)
      #expect(cropped.across.start >= 0 && cropped.across.end <= Float(cropped.decoded.width))
      #expect(cropped.down.start >= 0 && cropped.down.end <= Float(cropped.decoded.height))
    }
  }
}
