import Testing

@testable import PixDecode

@Suite struct ResizeTests {
  @Test func itsWordsAreThoseOfTheAPI() {
    #expect(Resize.allCases.map(\.rawValue) == ["stretch", "crop", "pad"])
  }
}
