import Testing

@testable import PixCommands

@Suite struct ClassBarsTests {
  private func lines(_ counts: [String: Int], columns: Int = 80) -> [String] {
    ClassBars(counts).text(columns: columns).split(separator: "\n").map(String.init)
  }

  @Test func theLargestFirst() {
    #expect(
      lines(["dog": 500, "cat": 1000, "bird": 1, "ant": 500, "none": 0]) == [
        "  cat   1,000  " + String(repeating: "█", count: 30),
        "  ant     500  " + String(repeating: "█", count: 15),
        "  dog     500  " + String(repeating: "█", count: 15),
        "  bird      1  █",
        "  none      0  ",
      ])
  }

  @Test func tenAreShown() {
    func counts(_ classes: Int) -> [String: Int] {
      Dictionary(uniqueKeysWithValues: (0..<classes).map { ("class\($0)", $0 + 1) })
    }
    #expect(lines(counts(10)).count == 10)
    #expect(lines(counts(11)).last == "  … and 1 class more")
    #expect(lines(counts(30)).count == 11)
    #expect(lines(counts(30)).last == "  … and 20 classes more")
  }

  @Test(arguments: [20, 30, 50, 79, 200])
  func noLineIsTooLong(_ columns: Int) {
    let rows = lines(["cat": .max, "\u{1B}[31m" + String(repeating: "long ", count: 60): 3], columns: columns)
    #expect(rows.count == 2)
    #expect(rows.allSatisfy { $0.count <= max(columns, 60) && !$0.contains("\u{1B}") })
  }

  @Test func nothingToShow() {
    #expect(lines([:]).isEmpty)
    #expect(lines(["cat": 0]).isEmpty)
  }
}
