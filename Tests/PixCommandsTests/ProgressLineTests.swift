import PixExport
import Testing

@testable import PixCommands

@Suite struct ProgressLineTests {
  private static func progress() -> ExportProgress {
    var progress = ExportProgress()
    (progress.bytes, progress.bytesInAll) = (1_200_000_000, 2_500_000_000)
    (progress.chunks, progress.chunksInAll) = (9, 20)
    (progress.images, progress.imagesInAll) = (4521, 10_000)
    progress.retriesInAll = 3
    return progress
  }

  private static func line(_ change: (inout ExportProgress) -> Void = { _ in }) -> ProgressLine {
    var progress = progress()
    change(&progress)
    return ProgressLine(title: "Downloading", progress: progress, bytesPerSecond: 48_300_000, timeLeft: .seconds(27))
  }

  @Test func allOfIt() {
    let facts = "46%  1.2 of 2.5 GB  48.3 MB/s  0:27 left  9/20 chunks  4,521/10,000 images"
    let bar = String(repeating: "█", count: 13) + String(repeating: "░", count: 17)
    #expect(Self.line().bar(columns: 200, blocks: true) == "Downloading  \(bar)  \(facts)")
    #expect(Self.line().bar(columns: 200, blocks: false) == "Downloading  [#############...............]  \(facts)")
    #expect(
      Self.line().plain
        == "Downloading: 46%, 1.2 of 2.5 GB, 48.3 MB/s, 0:27 left, 9/20 chunks, 4,521/10,000 images")
  }

  @Test(arguments: [
    (94, "Downloading  [#..]  46%  1.2 of 2.5 GB  48.3 MB/s  0:27 left  9/20 chunks  4,521/10,000 images"),
    (89, "Downloading  [########...........]  46%  1.2 of 2.5 GB  48.3 MB/s  0:27 left  9/20 chunks"),
    (70, "Downloading  [######.......]  46%  1.2 of 2.5 GB  48.3 MB/s  0:27 left"),
    (59, "Downloading  46%  1.2 of 2.5 GB  48.3 MB/s  0:27 left"),
    (52, "Downloading  46%  1.2 GB  48.3 MB/s  0:27 left"), (44, "46%  1.2 GB  48.3 MB/s  0:27 left"),
    (30, "46%  1.2 GB  0:27 left"), (19, "46%  0:27 left"), (13, "0:27 left"), (4, "0:27"), (0, ""),
  ])
  func partsGiveWayInAFixedOrder(_ columns: Int, _ text: String) {
    #expect(Self.line().bar(columns: columns, blocks: false) == text)
  }

  @Test func neverLongerThanTheWindow() {
    let long = Int.max / 2
    let lines = [
      Self.line(), Self.line { $0.bytesInAll = nil }, Self.line { $0.imagesInAll = nil },
      Self.line { ($0.bytes, $0.bytesInAll, $0.images, $0.imagesInAll, $0.chunks) = (long, long, long, long, long) },
      Self.line { ($0.bytesInAll, $0.imagesInAll, $0.chunksInAll) = (nil, nil, 0) },
    ]
    for var line in lines {
      for stall in [nil, Duration.seconds(17)] {
        line.stall = stall
        for blocks in [false, true] {
          for columns in 0..<200 {
            let text = line.bar(columns: columns, blocks: blocks)
            #expect(text.count <= columns)
            #expect(columns < 19 || text.contains(stall == nil ? " left" : "stalled for 17 s"), "\(columns)")
          }
        }
      }
    }
  }

  @Test func aStallStandsInPlaceOfThePace() {
    var line = Self.line { $0.retry = 2 }
    line.stall = .seconds(17)
    #expect(
      line.plain
        == "Downloading: 46%, 1.2 of 2.5 GB, stalled for 17 s, retry 2 of 3, 9/20 chunks, 4,521/10,000 images")
    #expect(line.bar(columns: 44, blocks: false) == "Downloading  46%  1.2 GB  stalled for 17 s")
    #expect(line.bar(columns: 19, blocks: false) == "stalled for 17 s")
    line.progress.retry = nil
    line.stall = .seconds(65)
    #expect(line.plain.contains(", stalled for 1:05, 9/20"))
  }

  @Test func unknownTotals() {
    let line = Self.line { ($0.bytesInAll, $0.imagesInAll) = (nil, nil) }
    #expect(line.share == nil)
    #expect(
      line.bar(columns: 100, blocks: true)
        == "Downloading  1.2 GB  48.3 MB/s  0:27 left  9/20 chunks  4,521 images", "no bar of what nobody knows")
  }

  @Test func imagesThatAreAllThatIsKnownStayLonger() {
    let line = Self.line { ($0.bytesInAll, $0.chunksInAll) = (nil, 0) }
    #expect(line.bar(columns: 50, blocks: true) == "45%  48.3 MB/s  0:27 left  4,521/10,000 images")
  }

  @Test func theWholeIsReachedAtTheEndOnly() {
    #expect(Self.line { ($0.bytes, $0.images) = (2_499_999_999, 10_000) }.plain.contains(" 99%,"))
    #expect(Self.line { ($0.bytes, $0.images) = (2_500_000_000, 10_000) }.plain.contains(" 100%,"))
    #expect(Self.line { ($0.bytes, $0.images) = (2_500_000_000, 0) }.share == 0.5)
    #expect(Self.line { ($0.bytes, $0.images) = (3_000_000_000, 10_000) }.share == 1, "more than was promised")
    #expect(Self.line { ($0.bytes, $0.bytesInAll, $0.imagesInAll) = (0, 0, 0) }.share == 1)
  }
}
