import Testing

@testable import PixExport

@Suite struct PathLedgerTests {
  private func ledger() -> PathLedger { PathLedger(reserved: ["metadata.jsonl", "classes.json"]) }

  /// Paths of entries in folders that are their labels.
  private func claim(_ entries: [String]) -> [String] {
    var ledger = ledger()
    return entries.map { ledger.claim(label: String($0.prefix { $0 != "/" }), entry: $0) }
  }

  @Test func anEntryInItsLabelsFolderKeepsItsPath() {
    var ledger = ledger()
    #expect(ledger.claim(label: "cat", entry: "cat/1.jpg") == "cat/1.jpg")
    #expect(ledger.claim(label: "cat", entry: "./cat/a//b/3.jpg") == "cat/a/b/3.jpg")
    #expect(ledger.claim(label: "cat", entry: "dog/4.jpg") == "cat/4.jpg")
    #expect(ledger.claim(label: "7", entry: "5.jpg") == "7/5.jpg")
    #expect(ledger.claim(label: nil, entry: "6.jpg") == "unlabeled/6.jpg")
    #expect(ledger.claim(label: "cat", entry: ".") == "cat/_")
  }

  @Test func onePathWantedTwiceIsTwo() {
    #expect(
      claim(["cat/1.jpg", "cat/1.jpg", "cat/1.jpg", "cat/1-2.jpg", "cat/1.JPG"]) == [
        "cat/1.jpg", "cat/1-2.jpg", "cat/1-3.jpg", "cat/1-2-2.jpg", "cat/1-4.JPG",
      ])
    let composed = claim(["cat/\u{E9}.jpg", "cat/e\u{301}.jpg"])
    #expect(Array(composed[0].utf8) == Array("cat/\u{E9}.jpg".utf8))
    #expect(Array(composed[1].utf8) == Array("cat/e\u{301}-2.jpg".utf8))
  }

  @Test func aFileWhereAFolderIsNeededAndTheOtherWayRound() {
    #expect(
      claim(["cat/x", "cat/x/1.jpg", "cat/x/2.jpg", "cat/y/3.jpg", "cat/y", "cat/x"]) == [
        "cat/x", "cat/x-2/1.jpg", "cat/x-2/2.jpg", "cat/y/3.jpg", "cat/y-2", "cat/x-3",
      ])
  }

  @Test func labelsNeverShareAFolder() {
    var ledger = ledger()
    let labels = ["a/b", "a:b", "a_b", "Cat", "cat", "unlabeled", nil, "classes.json", "Metadata.jsonl", "..", ""]
    let folders = [
      "a_b", "a_b-2", "a_b-3", "Cat", "cat-2", "unlabeled", "unlabeled-2", "classes-2.json", "Metadata-2.jsonl", "__",
      "_",
    ]
    for _ in 0..<2 {
      for (label, folder) in zip(labels, folders) {
        #expect(ledger.claim(label: label, entry: "x.jpg").hasPrefix(folder + "/"))
      }
    }
  }

  @Test func foldersTooDeepAreLeftOut() {
    let deep = "cat/" + String(repeating: "d/", count: 300)
    #expect(claim([deep + "1.jpg"]) == [deep + "1.jpg"])
    let deeper = "cat/" + String(repeating: "d/", count: 600)
    #expect(claim([deeper + "1.jpg", deeper + "1.jpg"]) == ["cat/1.jpg", "cat/1-2.jpg"])
  }

  @Test func whatIsRememberedGivesTheSamePaths() {
    var dice = SystemRandomNumberGenerator()
    let names = ["1.jpg", "1.JPG", "x", "x/1.jpg", "x/y/1.jpg", "x-2", "x-2/1.jpg", "1-2.jpg", "é.jpg", "e\u{301}.jpg"]
    let labels = ["cat", "Cat", "c:t", "c|t", nil]
    for _ in 0..<50 {
      let wishes = (0..<120).map { _ in
        (label: labels.randomElement(using: &dice)!, name: names.randomElement(using: &dice)!)
      }
      func claim(_ ledger: inout PathLedger, _ wish: (label: String?, name: String)) -> String {
        ledger.claim(label: wish.label, entry: wish.label.map { "\($0)/\(wish.name)" } ?? wish.name)
      }
      var clean = ledger()
      let paths = wishes.map { claim(&clean, $0) }
      #expect(Set(paths.map { $0.lowercased() }).count == paths.count)
      var killed = ledger()
      for (place, path) in paths.enumerated() {
        guard Int.random(in: 0..<10, using: &dice) == 0 else {
          #expect(claim(&killed, wishes[place]).utf8.elementsEqual(path.utf8))
          continue
        }
        killed = ledger()
        for past in 0...place { killed.remember(paths[past], label: wishes[past].label) }
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func manyOfOneNameTakeNoLongerEach() {
    var ledger = ledger()
    for _ in 0..<50_000 { _ = ledger.claim(label: "a", entry: "a/x.jpg") }
    #expect(ledger.claim(label: "a", entry: "a/x.jpg") == "a/x-50001.jpg")
  }
}
