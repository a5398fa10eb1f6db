import Foundation
import PixExport
import Testing

@testable import PixCommands

@Suite struct ProgressFeedTests {
  private static let clearing = "\r\u{1B}[K"

  /// What is written in so many seconds of work, ten bytes in each hundredth of them.
  private static func written(_ style: ProgressStyle, seconds: Int, columns: Int = 80) -> [String] {
    var feed = ProgressFeed(style: style, title: "Downloading", waiting: "waiting")
    var written: [String] = []
    for step in 0..<(seconds * 100) {
      let time = Duration.milliseconds(step * 10)
      if let text = feed.show(progress(step * 10), at: time, columns: { columns }) { written.append(text) }
    }
    if let text = feed.finish(at: .seconds(seconds)) { written.append(text) }
    #expect(feed.finish(at: .seconds(seconds)) == nil, "it ends once")
    return written
  }

  private static func progress(_ bytes: Int, silence: Duration = .zero, isWaiting: Bool = false) -> ExportProgress {
    var progress = ExportProgress()
    (progress.bytes, progress.bytesInAll, progress.chunksInAll) = (bytes, 10_000, 2)
    (progress.silence, progress.retry, progress.retriesInAll) = (silence, silence > .zero ? 1 : nil, 3)
    progress.isWaiting = isWaiting
    return progress
  }

  @Test func aBarIsPaintedTenTimesASecondAndCleared() {
    let written = Self.written(.bar(blocks: true), seconds: 3)
    #expect(written.count == 31)
    #expect(written.dropLast().allSatisfy { $0.hasPrefix(Self.clearing + "Downloading ") && !$0.contains("\n") })
    #expect(written.last == Self.clearing)
  }

  @Test func theWindowIsAskedAtEachPaint() {
    var feed = ProgressFeed(style: .bar(blocks: false), title: "Downloading")
    for (second, columns) in [80, 40, 20, 100].enumerated() {
      let text = feed.show(Self.progress(second), at: .seconds(second), columns: { columns })
      #expect((text?.dropFirst(Self.clearing.count).count ?? columns) < columns)
    }
  }

  @Test func plainLinesComeEveryTenSecondsAndAtTheEnd() {
    let written = Self.written(.plain, seconds: 35)
    #expect(written.count == 4)
    #expect(written.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\r") && !$0.contains("\u{1B}") })
    #expect(written.first == "Downloading: 100%, 10.0 of 10.0 kB, 1.0 kB/s, 0:00 left, 0/2 chunks\n")
    #expect(written.last?.contains(", after 0:35, ") == true)
    #expect(Self.written(.plain, seconds: 9) == [], "what is over soon needs no lines")
  }

  @Test func objectsComeEverySecondAndAtTheEnd() throws {
    let written = Self.written(.json, seconds: 3)
    let states = try written.map { text in
      #expect(text.hasSuffix("\n") && text.filter { $0 == "\n" }.count == 1)
      let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      return object["state"] as? String
    }
    #expect(states == ["running", "running", "running", "ended"])
  }

  @Test func nothingIsNothing() {
    #expect(Self.written(.none, seconds: 30) == [])
    var feed = ProgressFeed(style: .none, title: "Downloading", waiting: "waiting")
    #expect(feed.show("looking", columns: { 80 }) == nil)
    #expect(feed.show(Self.progress(0, isWaiting: true), at: .zero, columns: { 80 }) == nil)
  }

  @Test func silenceBecomesAStall() {
    for (style, word) in [
      (ProgressStyle.bar(blocks: true), "stalled for 15 s, retry 1 of 3"), (.json, #""state":"stalled""#),
      (.plain, "stalled for 15 s, retry 1 of 3"),
    ] {
      var feed = ProgressFeed(style: style, title: "Downloading")
      let early = feed.show(Self.progress(1, silence: .milliseconds(14_999)), at: .seconds(15), columns: { 120 })
      #expect(early?.contains("stalled") == false)
      let late = feed.show(Self.progress(1, silence: .seconds(15)), at: .seconds(30), columns: { 120 })
      #expect(late?.contains(word) == true, "\(late ?? "nothing")")
    }
  }

  @Test func waitingIsSaidAtOnceAndNotTooOften() {
    var feed = ProgressFeed(
      style: .plain, title: "Downloading", waiting: "Another pixcrawler is downloading into pets\u{1B}[2J …")
    var written: [String] = []
    for step in 0..<250 {
      let progress = Self.progress(0, isWaiting: true)
      if let text = feed.show(progress, at: .milliseconds(step * 100), columns: { 80 }) { written.append(text) }
    }
    #expect(written == Array(repeating: "Another pixcrawler is downloading into pets [2J …\n", count: 3))
    #expect(feed.finish(at: .seconds(25)) == nil, "it was not our work")
  }

  @Test func otherWordsFitTheWindowToo() {
    var feed = ProgressFeed(
      style: .bar(blocks: true), title: "Downloading", waiting: String(repeating: "漢", count: 50))
    #expect(feed.show(Self.progress(0, isWaiting: true), at: .zero, columns: { 20 }) == Self.clearing + "漢漢漢漢漢漢漢漢漢")
    #expect(feed.show("Looking for images", columns: { 8 }) == Self.clearing + "Looking")
    #expect(feed.clear() == Self.clearing)
    #expect(feed.clear() == nil)
    #expect(feed.finish(at: .seconds(1)) == nil)
  }
}
