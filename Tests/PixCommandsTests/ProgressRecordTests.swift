import Foundation
import PixExport
import Testing

@testable import PixCommands

@Suite struct ProgressRecordTests {
  @Test func everyKeyIsAlwaysThere() {
    let empty = ProgressLine(title: "Downloading", progress: ExportProgress())
    #expect(
      ProgressRecord(state: .running, line: empty).text
        == #"{"bytes":0,"bytes_in_all":null,"bytes_per_second":null,"chunks":0,"chunks_in_all":0,"images":0,"#
        + #""images_in_all":null,"retries_in_all":0,"retry":null,"seconds_left":null,"seconds_silent":0,"#
        + #""state":"running","task":"downloading"}"#)
  }

  @Test func whatIsKnownIsSaid() {
    var progress = ExportProgress()
    (progress.bytes, progress.bytesInAll, progress.images, progress.imagesInAll) = (1, 2, 3, 4)
    (progress.chunks, progress.chunksInAll, progress.retry, progress.retriesInAll) = (5, 6, 7, 8)
    progress.silence = .milliseconds(16_900)
    let line = ProgressLine(title: "Packing", progress: progress, bytesPerSecond: 9.9, timeLeft: .seconds(10))
    #expect(
      ProgressRecord(state: .stalled, line: line).text
        == #"{"bytes":1,"bytes_in_all":2,"bytes_per_second":9,"chunks":5,"chunks_in_all":6,"images":3,"#
        + #""images_in_all":4,"retries_in_all":8,"retry":7,"seconds_left":10,"seconds_silent":16,"#
        + #""state":"stalled","task":"packing"}"#)
  }
}
