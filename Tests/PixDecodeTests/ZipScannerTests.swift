import Testing

@testable import PixDecode

/// Archives as they should be, in every form.
@Suite struct ZipScannerTests {
  static let small = [
    "stored", "deflated", "deflated_unseekable", "stored_zip64", "deflated_zip64", "deflated_zip64_unseekable",
    "mixed", "signatures_in_data", "directories", "directories_unseekable", "nothing_in_them", "commented",
    "end_record_in_comment", "end_record_closes_comment", "empty", "empty_commented", "names", "same_name_twice",
  ]

  private func expected(_ name: String) throws -> [ZipReading.Step] {
    try ZipFixtures.files(of: name).map { .whole($0.name, $0.content) } + [.end]
  }

  @Test(arguments: small) func everyPushSizeGivesTheSame(_ name: String) throws {
    let archive = try ZipFixtures.archive(name)
    for push in [1, 2, 3, 7, 31, 97, 4096, .max] {
      let reading = ZipReading.of(archive, push: push)
      #expect(reading.steps == (try expected(name)), "\(push) bytes at a time")
      #expect(reading.error == nil)
    }
  }

  @Test(arguments: ["large", "large_unseekable", "longest_comment"])
  func largeArchivesAreReadInPieces(_ name: String) throws {
    let archive = try ZipFixtures.archive(name)
    for push in [1, 997, 65_536, .max] {
      let reading = ZipReading.of(archive, push: push)
      #expect(reading.steps == (try expected(name)))
      #expect(reading.error == nil)
      #expect(reading.growths == (name == "large_unseekable" ? 4 : 0))
    }
  }

  @Test func moreEntriesThanTheEndRecordCanCount() throws {
    let reading = ZipReading.of(try ZipFixtures.archive("many"), push: 1 << 20)
    #expect(reading.error == nil)
    #expect(reading.steps.count == 66_001)
    #expect(reading.wholeNames == (0..<66_000).map(String.init))
  }

  @Test(arguments: small + ["stored_unseekable", "other_methods", "large_unseekable"])
  func whatIsSkippedIsComparedAllTheSame(_ name: String) throws {
    let archive = try ZipFixtures.archive(name)
    let directory = try ZipDirectory(of: archive).entries
    for push in [1, 64, .max] {
      for learning in name == "stored_unseekable" ? [directory] : [[], directory] {
        let reading = ZipReading.of(archive, push: push, learning: learning, skipping: true)
        #expect(reading.error == nil)
        #expect(reading.wholeNames == [])
        #expect(reading.steps.last == .end)
      }
    }
  }

  @Test(arguments: ZipForgery.DescriptorForm.allCases, [false, true])
  func everyFormOfDescriptorIsRead(_ form: ZipForgery.DescriptorForm, _ isLearned: Bool) throws {
    let entries = [
      ZipForgery.Entry.deflated("a.jpg", "one, one, one, one").streamed(form), .deflated("b.jpg", "").streamed(form),
      .stored("c.jpg", "between"), .deflated("d.jpg", "PK\u{3}\u{4}", level: 0).streamed(form),
    ]
    let archive = ZipForgery(entries).bytes
    let learning = isLearned ? try ZipDirectory(of: archive).entries : []
    for push in [1, 5, .max] {
      let reading = ZipReading.of(archive, push: push, learning: learning)
      #expect(reading.isClean)
      #expect(reading.wholeNames == ["a.jpg", "b.jpg", "c.jpg", "d.jpg"])
      #expect(reading.entries.map(\.size) == entries.map(\.content.count))
      #expect(reading.entries.map(\.crc32) == entries.map(\.central.crc32))
      #expect(reading.entries.map(\.compressedSize) == entries.map(\.data.count))
    }
  }

  @Test(arguments: ZipForgery.DescriptorForm.allCases)
  func storedDataOfUnknownLengthNeedsTheDirectory(_ form: ZipForgery.DescriptorForm) throws {
    let second = ZipForgery.Entry.stored("cat/1.jpg", "stored, PK\u{3}\u{4} and all").streamed(form)
    let archive = ZipForgery.three(second)
    for push in [1, 7, .max] {
      let reading = ZipReading.of(archive, push: push)
      #expect(
        reading.steps == [
          .whole("cat/0.jpg", Array("the first file".utf8)), .needsDirectory("cat/1.jpg"),
        ])
      let learned = ZipReading.of(archive, push: push, learning: try ZipDirectory(of: archive).entries)
      #expect(learned.isClean)
      #expect(learned.steps[1] == .whole("cat/1.jpg", second.content))
      #expect(learned.wholeNames.count == 3)
    }
  }

  @Test func theDirectoryMayBeLearnedWhenItIsAskedFor() throws {
    let archive = try ZipFixtures.archive("stored_unseekable")
    let directory = try ZipDirectory(of: archive)
    let files = try ZipFixtures.files(of: "stored_unseekable")
    try archive.withUnsafeBytes { bytes in
      var scanner = ZipScanner()
      var input = bytes
      for _ in 0..<2 {
        guard case .needsDirectory(let entry) = try scanner.next(&input) else {
          Issue.record("it reads what it cannot know")
          return
        }
        #expect(entry.name == files[0].name)
        #expect(scanner.place == .start)
      }
      scanner.learn(directory.entries)
      let rest = Array(input)
      #expect(scanner.read(rest[...]).steps == files.map { .whole($0.name, $0.content) } + [.end])
    }
  }

  @Test func theDirectoryMayBeLearnedWhenAnEntryIsFound() throws {
    for second in [
      ZipForgery.Entry.deflated("cat/1.jpg", "one, one, one").streamed(.signed),
      .stored("cat/1.jpg", "one, one, one").checksummedLater(),
    ] {
      let archive = ZipForgery([second]).bytes
      let directory = try ZipDirectory(of: archive).entries
      try archive.withUnsafeBytes { bytes in
        var scanner = ZipScanner()
        var input = bytes
        guard case .found = try scanner.next(&input) else {
          Issue.record("nothing is found")
          return
        }
        scanner.learn(directory)
        guard case .found(let entry) = try scanner.next(&input) else {
          Issue.record("nothing is found again")
          return
        }
        #expect((entry.size, entry.crc32) == (13, second.central.crc32))
        #expect(scanner.bytesToKeep(entry) == entry.compressedSize)
        let rest = Array(input)
        #expect(scanner.read(rest[...]).isClean)
      }
    }
  }

  /// As libarchive (bsdtar) writes it.
  @Test func aStoredEntryMayTellItsChecksumLater() {
    let later = ZipForgery.Entry.stored("cat/1.jpg", "the second file").checksummedLater()
    for push in [1, 3, .max] {
      let reading = ZipReading.of(ZipForgery.three(later), push: push)
      #expect(reading.isClean)
      #expect(reading.wholeNames.count == 3)
      #expect(ZipReading.of(ZipForgery.three(later), push: push, skipping: true).steps == [.end])
    }
  }

  /// As libarchive (bsdtar) writes it: the size, not the compressed one, comes with the header.
  @Test func sizesAheadOfADescriptorDoNotCount() throws {
    let content = ZipForgery.letters(5 << 20)
    for size in [UInt32(content.count), 1, UInt32.max - 1] {
      let large = ZipForgery.Entry.deflated("cat/1.jpg", content).streamed(.signed)
        .changed { $0.local.size = size }
      let reading = ZipReading.of(ZipForgery.three(large), limits: ZipLimits(ratio: 2000))
      #expect(reading.isClean)
      #expect(reading.steps[1] == .whole("cat/1.jpg", content))
    }
  }

  @Test func anEncryptedEntryThatTellsItsSizeIsPassedOver() {
    let locked = ZipForgery.Entry.deflated("cat/1.jpg", "the second file").checksummedLater()
      .withHeaders { $0.flags |= 1 }
    let reading = ZipReading.of(ZipForgery.three(locked))
    #expect(reading.error == nil)
    #expect(reading.wholeNames == ["cat/0.jpg", "cat/2.jpg"])
    #expect(reading.steps[1] == .refused("cat/1.jpg", .unsupported(entry: "cat/1.jpg", reason: "it is encrypted")))
  }

  @Test(arguments: [ZipRecords.descriptorSignature, ZipRecords.unsplitSignature])
  func theMarkOfASplitArchiveMayComeFirst(_ mark: UInt32) {
    let archive = ZipForgery.three { $0.prefix = little(mark) }
    for push in [1, 3, 4, .max] {
      let reading = ZipReading.of(archive, push: push)
      #expect(reading.isClean)
      #expect(reading.wholeNames.count == 3)
      #expect(reading.entries.first?.offset == 4)
    }
    let twice = ZipReading.of(ZipForgery.three { $0.prefix = little(mark) + little(mark) })
    #expect(twice.error != nil)
  }

  @Test(arguments: [
    (Array("<!DOCTYPE html><title>".utf8), "\"<!DOCTYPE html><\""),
    ([UInt8](repeating: 0, count: 40), "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"),
    (Array("{\"a\"".utf8), "\"{\"a\"\""), ([0xFF, 0xD8, 0xFF, 0xE0, 0x0A], "FF D8 FF E0 0A"),
    (Array("PK\u{1}\u{7}".utf8), "50 4B 01 07"),
  ])
  func whatIsNoArchiveIsSaidToBeNone(_ bytes: [UInt8], _ start: String) {
    for push in [1, 3, 5, .max] {
      #expect(ZipReading.of(bytes, push: push) == ZipReading(error: .notAnArchive(startsWith: start)))
    }
  }

  @Test func leadingJunkIsNoArchive() {
    let archive = ZipForgery.three { $0.prefix = Array("#!/bin/sh\nexit 0\n".utf8) }
    for push in [1, .max] {
      #expect(ZipReading.of(archive, push: push).error == .notAnArchive(startsWith: "\"#!/bin/sh\nexit 0\""))
    }
  }

  @Test func bytesAfterTheArchiveAreLet() {
    #expect(ZipReading.of(ZipForgery.three() + [1, 2, 3], push: 1).isClean)
    #expect(ZipReading.of(ZipForgery.three() + ZipForgery.three()).wholeNames.count == 3)
  }

  @Test func theDirectorysOrderIsFree() {
    #expect(ZipReading.of(ZipForgery.three { $0.directoryIsReversed = true }).isClean)
  }

  @Test func anEntryIsGivenOutWithItsLastByte() {
    let archive = ZipForgery.three()
    var scanner = ZipScanner()
    var ends: [Int] = []
    var ordinals: [Int] = []
    for (index, byte) in archive.enumerated() {
      let reading = scanner.read([byte])
      if !reading.wholeNames.isEmpty { ends.append(index + 1) }
      ordinals += reading.entries.map(\.ordinal)
    }
    let header = 30 + 9
    #expect(ends == [header + 14, 2 * header + 29, 3 * header + 43])
    #expect(ordinals == [0, 1, 2])
    #expect(scanner.position == archive.count)
  }

  // MARK: Going back

  @Test(arguments: small + ["other_methods"]) func rewindingGivesTheSameAgain(_ name: String) throws {
    let archive = try ZipFixtures.archive(name)
    let whole = ZipReading.of(archive)
    for entry in whole.entries {
      var scanner = ZipScanner()
      for _ in 0..<3 {
        let first = scanner.read(archive[...])
        #expect(first.steps == whole.steps, "after the end, from the start")
        scanner.rewind(to: EntryPlace(ordinal: entry.ordinal, offset: entry.offset))
        let again = scanner.read(archive[entry.offset...], push: 11)
        #expect(again.steps == Array(whole.steps.dropFirst(entry.ordinal)))
        #expect(again.error == nil)
        scanner.rewind(to: .start)
      }
    }
  }

  @Test(arguments: ["stored", "deflated_unseekable", "deflated_zip64_unseekable", "signatures_in_data", "directories"])
  func rewindingFromAnywhereToThePlaceGoesOnAsBefore(_ name: String) throws {
    let archive = try ZipFixtures.archive(name)
    let whole = ZipReading.of(archive)
    for learning in [[], try ZipDirectory(of: archive).entries] {
      for cut in 0...archive.count {
        var scanner = ZipScanner()
        scanner.learn(learning)
        let before = scanner.read(archive[..<cut])
        let place = scanner.place
        #expect(place.offset <= cut && place.ordinal == before.entries.count)
        scanner.rewind(to: place)
        #expect(scanner.position == place.offset)
        let after = scanner.read(archive[place.offset...])
        #expect(after.error == nil)
        #expect(before.steps.filter { $0 != .end } + after.steps == whole.steps, "cut at \(cut)")
      }
    }
  }

  @Test func anEntryGivenUpInTheMiddleOfItsDataIsReadAgain() throws {
    let archive = try ZipFixtures.archive("large_unseekable")
    var scanner = ZipScanner()
    let before = scanner.read(archive[..<30_000])
    #expect(before.growths > 0 && before.steps.isEmpty)
    scanner.rewind(to: scanner.place)
    #expect(scanner.read(archive[...]).steps == (try expected("large_unseekable")))
  }

  // MARK: Answers that nobody asked for

  @Test func answersWithoutAQuestionChangeNothing() throws {
    let archive = ZipForgery.three()
    var scanner = ZipScanner()
    try scanner.keep()
    try scanner.skip()
    try scanner.grant()
    scanner.learn([])
    #expect(scanner.read(archive[...]).isClean)
    try scanner.keep()
    try scanner.grant()
    #expect(scanner.read([1, 2, 3]).steps == [.end])
  }

  @Test func aQuestionIsAskedUntilItIsAnswered() throws {
    let archive = try ZipFixtures.archive("large_unseekable")
    try archive.withUnsafeBytes { bytes in
      var scanner = ZipScanner()
      var input = bytes
      for _ in 0..<3 {
        guard case .found(let entry) = try scanner.next(&input) else {
          Issue.record("no entry is found")
          return
        }
        #expect(entry.name == "text")
      }
      try scanner.keep()
      let left = input.count
      var asked: [Int] = []
      for _ in 0..<3 { if case .needsRoom(let bytes) = try scanner.next(&input) { asked.append(bytes) } }
      #expect(asked == [65_536, 65_536, 65_536])
      #expect(input.count < left)
      try scanner.grant()
      if case .needsRoom(let bytes) = try scanner.next(&input) { asked.append(bytes) }
      #expect(asked.last == 131_072)
    }
  }

  @Test func anArchiveThatHasNotEndedIsCutShort() throws {
    #expect(ZipReading.of([]).error == .cutShort(entry: nil, offset: 0))
    try ZipForgery.three().withUnsafeBytes { bytes in
      var scanner = ZipScanner()
      var input = bytes
      _ = try scanner.next(&input)
      #expect(throws: ZipError.cutShort(entry: "cat/0.jpg", offset: 39)) { try scanner.finish() }
    }
  }
}
