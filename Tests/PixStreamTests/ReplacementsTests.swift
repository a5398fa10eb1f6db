import PixDecode
import Testing

@testable import PixStream

@Suite struct ReplacementsTests {
  private let file = Examined(
    bytes: ByteBuffer(capacity: 4), header: ImageHeader(format: .png, height: 1, width: 1),
    shape: ImageShape(height: 1, width: 1))

  private func sample(_ name: String) -> Sample {
    Sample(label: nil, chunk: "c", entry: name, header: file.header, metadata: nil)
  }

  private func place(_ row: Int) -> Replacements.Place { .init(slab: 0, row: row) }

  /// Four images of 1, 2, 4 and 8 bytes.
  private func four() -> Replacements {
    var replacements = Replacements()
    for row in 0..<4 { replacements.append(file, sample("\(row)"), at: place(row), reserved: 1 << row) }
    return replacements
  }

  private func settle(
    _ replacements: inout Replacements, _ place: Replacements.Place, _ isGood: Bool, is expected: Bool = true
  ) {
    let wasExpected = replacements.settle(place, isGood: isGood)
    #expect(wasExpected == expected)
  }

  /// All steps there are, in words.
  private func steps(_ replacements: inout Replacements, isComplete: Bool) -> [String] {
    var steps: [String] = []
    while let step = replacements.next(isComplete: isComplete) {
      switch step {
      case .free(let bytes): steps.append("free \(bytes)")
      case .decode(_, let sample, let place, let bytes): steps.append("\(sample.entry) to \(place.row), free \(bytes)")
      case .giveUp(let place, let bytes): steps.append("give up \(place.row), free \(bytes)")
      }
    }
    return steps
  }

  private func expectSteps(_ replacements: inout Replacements, isComplete: Bool, _ expected: [String]) {
    let found = steps(&replacements, isComplete: isComplete)
    #expect(found == expected)
  }

  @Test func aBadOneWaitsForTheVeryNextGoodOne() {
    var replacements = four()
    settle(&replacements, place(2), true)
    settle(&replacements, place(0), false)
    expectSteps(&replacements, isComplete: false, [])
    settle(&replacements, place(1), false)
    expectSteps(&replacements, isComplete: false, ["2 to 0, free 1", "2 to 1, free 2", "free 0"])
    #expect(replacements.held == 12)
    settle(&replacements, place(3), false)
    #expect(replacements.needsAnother)
    expectSteps(&replacements, isComplete: false, [])
    expectSteps(&replacements, isComplete: true, ["2 to 3, free 8", "free 4"])
    #expect(replacements.isEmpty && replacements.held == 0)
  }

  @Test func whereNoneIsGoodNothingTakesTheirPlace() {
    var replacements = Replacements()
    replacements.appendBad(at: place(0))
    replacements.append(file, sample("1"), at: place(1), reserved: 5)
    #expect(!replacements.needsAnother)
    settle(&replacements, place(1), false)
    #expect(replacements.needsAnother)
    expectSteps(&replacements, isComplete: true, ["give up 0, free 0", "give up 1, free 5"])
    #expect(replacements.isEmpty)
  }

  @Test func onlyWhatWasGivenAPlaceIsSettled() {
    var replacements = four()
    settle(&replacements, place(9), true, is: false)
  }
}
