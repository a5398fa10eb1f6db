import PixExport
import Testing

@testable import PixCommands

@Suite struct ProgressPaceTests {
  private static func progress(_ bytes: Int, of all: Int? = nil, images: Int = 0, of allImages: Int? = nil)
    -> ExportProgress
  {
    var progress = ExportProgress()
    (progress.bytes, progress.bytesInAll, progress.images, progress.imagesInAll) = (bytes, all, images, allImages)
    return progress
  }

  @Test func saysNothingBeforeThereIsAnythingToTellItFrom() {
    var pace = ProgressPace()
    #expect(pace.bytesPerSecond == nil)
    pace.note(Self.progress(500, of: 1000), at: .zero)
    pace.note(Self.progress(600, of: 1000), at: .milliseconds(199))
    #expect(pace.bytesPerSecond == nil)
    #expect(pace.timeLeft(Self.progress(600, of: 1000)) == nil)
  }

  @Test func whatLayHereAtTheStartIsNoPace() {
    var pace = ProgressPace()
    pace.note(Self.progress(500, of: 1000), at: .seconds(1))
    pace.note(Self.progress(600, of: 1000), at: .seconds(2))
    #expect(pace.bytesPerSecond == 100)
    #expect(pace.timeLeft(Self.progress(600, of: 1000)) == .seconds(4))
  }

  @Test func onlyTheLastSecondsCount() throws {
    var pace = ProgressPace()
    for step in 0...1000 {  // 100 s at 1000 bytes/s
      pace.note(Self.progress(step * 100), at: .milliseconds(step * 100))
    }
    #expect(try #require(pace.bytesPerSecond) == 1000)
    for step in 1...55 {  // 5.5 s without a byte
      pace.note(Self.progress(100_000), at: .milliseconds(100_000 + step * 100))
    }
    #expect((400...500).contains(try #require(pace.bytesPerSecond)))
    for step in 56...110 { pace.note(Self.progress(100_000), at: .milliseconds(100_000 + step * 100)) }
    #expect(pace.bytesPerSecond == 0)
    #expect(pace.timeLeft(Self.progress(100_000, of: 200_000)) == nil, "no pace, no time")
  }

  @Test func whatIsCalledSeldomHasAPaceToo() {
    var pace = ProgressPace()
    pace.note(Self.progress(0), at: .zero)
    pace.note(Self.progress(3000), at: .seconds(30))
    #expect(pace.bytesPerSecond == 100)
  }

  @Test func aChunkThatBeginsAgainIsNoNegativePace() {
    var pace = ProgressPace()
    pace.note(Self.progress(1000), at: .zero)
    pace.note(Self.progress(10), at: .seconds(1))
    #expect(pace.bytesPerSecond == 0)
  }

  @Test func whatTakesLongestDecides() {
    var pace = ProgressPace()
    pace.note(Self.progress(0, of: 1000, images: 0, of: 100), at: .zero)
    let later = Self.progress(500, of: 1000, images: 10, of: 100)
    pace.note(later, at: .seconds(1))
    #expect(pace.timeLeft(later) == .seconds(9))
    #expect(pace.timeLeft(Self.progress(500, of: 1000, images: 100, of: 100)) == .seconds(1))
    #expect(pace.timeLeft(Self.progress(1000, of: 1000, images: 100, of: 100)) == .zero)
  }

  @Test func imagesThatComeInJumpsSayNothingBetweenTwo() {
    var pace = ProgressPace()
    pace.note(Self.progress(0, of: 1000, images: 0, of: 100), at: .zero)
    let later = Self.progress(500, of: 1000, images: 0, of: 100)
    pace.note(later, at: .seconds(1))
    #expect(pace.timeLeft(later) == .seconds(1))
    #expect(pace.timeLeft(Self.progress(1000, of: 1000, images: 0, of: 100)) == nil)
  }

  @Test func withoutATotalNobodyKnows() {
    var pace = ProgressPace()
    pace.note(Self.progress(0), at: .zero)
    pace.note(Self.progress(500), at: .seconds(1))
    #expect(pace.timeLeft(Self.progress(500)) == nil)
    pace.note(Self.progress(501, of: .max), at: .seconds(2))
    #expect(pace.timeLeft(Self.progress(501, of: .max)) == nil, "longer than anybody waits")
  }
}
