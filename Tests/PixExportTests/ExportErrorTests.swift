import Glibc
import PixRemote
import PixStream
import Testing

@testable import PixExport

@Suite struct ExportErrorTests {
  private static let errors: [(ExportError, [String])] = [
    (.file(path: "/out/x", code: ENOSPC), ["/out/x", "No space left", "Make room", "same command"]),
    (.file(path: "/out/x", code: EDQUOT), ["/out/x", "Make room", "same command"]),
    (.file(path: "/out/x", code: EACCES), ["/out/x", "Permission denied", "--output-dir"]),
    (.file(path: "/out/x", code: EROFS), ["/out/x", "Read-only", "--output-dir"]),
    (.notAFolder("/out"), ["/out", "no folder", "--output-dir"]),
    (.noRoom(folder: "/out", needed: 3_000_000, free: 1_000_000), ["1.0 MB", "3.0 MB", "2.0 MB", "--output-dir"]),
    (.occupied("/out/pets"), ["/out/pets", "--output-dir", "move it away"]),
    (.otherwise(folder: "/out/pets", was: "--format zip"), ["/out/pets", "--format zip", "--output-dir"]),
    (.outdated(folder: "/out/pets"), ["has changed", "/out/pets", "--output-dir"]),
    (.spoiled(folder: "/my data/pets", path: "a.jpg"), ["a.jpg", "pixcrawler verify '/my data/pets' --repair"]),
    (
      .shapes(first: "a.jpg", firstShape: [3, 4], other: "b.jpg", otherShape: [5, 6]),
      ["a.jpg has 4 × 3", "b.jpg 6 × 5", "--image-size", "--format images"]
    ),
    (.subsetOfArchives, ["--label", "--limit", "--format images"]),
    (.noSuchLabel("cow", known: (0..<30).map { "l\($0)" }), ["cow", "l0, l1", "l19, …"]),
    (
      .nothing(dataset: "pets", .length(chunk: "a", declared: 3, found: 4)),
      ["not one image of pets", "chunk a", "3 bytes and has 4", "tell its owner"]
    ),
    (.unverifiable(folder: "/out/pets"), ["/out/pets", ".pixcrawler.jsonl", "pixcrawler download"]),
    (.record(path: "/out/r", reason: "it is odd"), ["/out/r", "it is odd", "download it again"]),
    (
      .dataset(.download(chunk: "a", .changed(url: PublicURL("https://h/a?signature=s"), before: "x", after: "y"))),
      ["chunk a", "https://h/a", "same command"]
    ),
    (.cancelled, ["interrupted"]),
  ]

  @Test(arguments: errors) func itSaysWhatAndWhyAndWhatNext(_ error: ExportError, _ words: [String]) {
    for word in words { #expect("\(error)".contains(word), "\(error)") }
    #expect(!"\(error)".contains("signature"))
  }
}
