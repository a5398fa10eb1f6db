import Testing

@testable import PixDecode

/// Archives that lie: each lie is told, and what it leaves readable is read.
@Suite struct ZipScannerHostileTests {
  private typealias Entry = ZipForgery.Entry
  private typealias Step = ZipReading.Step

  private static let first = Step.whole("cat/0.jpg", Array("the first file".utf8))
  private static let second = Step.whole("cat/1.jpg", Array("the second file".utf8))
  private static let third = Step.whole("cat/2.jpg", Array("the third file".utf8))

  private let stored = Entry.stored("cat/1.jpg", "the second file")
  private let deflated = Entry.deflated("cat/1.jpg", "the second file")

  /// Reads three files of which the second is replaced, in one piece and byte by byte.
  private func read(
    _ second: Entry, limits: ZipLimits = ZipLimits(), _ change: (inout ZipForgery) -> Void = { _ in }
  ) -> ZipReading {
    let archive = ZipForgery.three(second, change)
    var slow = ZipReading.of(archive, push: 1, limits: limits)
    let reading = ZipReading.of(archive, limits: limits)
    slow.pushed = reading.pushed
    #expect(slow == reading)
    return reading
  }

  private func mismatch(_ field: String, _ declared: some Any, _ found: some Any) -> ZipError {
    .directoryMismatch(entry: "cat/1.jpg", field: field, declared: "\(declared)", found: "\(found)")
  }

  // MARK: Sizes and checksums

  @Test func aStoredEntryOfTwoSizesIsRefused() {
    let reading = read(stored.changed { $0.local.size = 99 })
    #expect(
      reading.steps == [
        Self.first, .refused("cat/1.jpg", .size(entry: "cat/1.jpg", declared: 99, found: 15)), Self.third,
      ])
    #expect(reading.error == mismatch("size", 15, 99))
  }

  @Test(arguments: [UInt32(14), 16, 0, 99]) func aDeflatedEntryThatLiesAboutItsSizeIsDamaged(_ size: UInt32) {
    let reading = read(deflated.withHeaders { $0.size = size })
    let found = min(15, Int(size) + 1)
    #expect(
      reading.steps == [
        Self.first, .damaged("cat/1.jpg", .size(entry: "cat/1.jpg", declared: Int(size), found: found)),
        Self.third, .end,
      ])
    #expect(reading.error == nil)
  }

  @Test func aWrongChecksumIsDamage() {
    for entry in [stored, deflated] {
      let reading = read(entry.withHeaders { $0.crc32 = 5 })
      let error = ZipError.checksum(entry: "cat/1.jpg", declared: 5, found: entry.central.crc32)
      #expect(reading.steps == [Self.first, .damaged("cat/1.jpg", error), Self.third, .end])
    }
  }

  @Test func tooSmallACompressedSizeLosesTheRest() {
    let reading = read(stored.withHeaders { ($0.compressedSize, $0.size) = (10, 10) })
    #expect(reading.steps.count == 2 && reading.steps[0] == Self.first)
    guard case .malformed(_, "there is no entry where one should begin")? = reading.error else {
      Issue.record("\(reading)")
      return
    }
  }

  @Test func tooLargeACompressedSizeSwallowsWhatFollows() {
    let header = 30 + 9 + 14
    let reading = read(deflated.withHeaders { $0.compressedSize += UInt32(header) })
    #expect(reading.steps.count == 2 && reading.steps[0] == Self.first)
    guard case .damaged("cat/1.jpg", .malformed)? = reading.steps.last else {
      Issue.record("\(reading)")
      return
    }
    #expect(reading.error != nil)
  }

  @Test(arguments: [1 << 31, UInt32.max - 1]) func sizesBeyondTheArchiveAreCutShort(_ size: UInt32) {
    for entry in [stored, deflated] {
      let reading = read(entry.withHeaders { ($0.compressedSize, $0.size) = (size, size) })
      #expect(reading.steps.count == 2)
      #expect(
        reading.steps.last
          == .refused("cat/1.jpg", .bomb(entry: "cat/1.jpg", compressed: Int(size), inflated: Int(size))))
      guard case .cutShort("cat/1.jpg", _)? = reading.error else {
        Issue.record("\(reading)")
        return
      }
    }
  }

  @Test func sizesWithinTheLimitsAndBeyondTheArchiveAreCutShort() {
    let reading = read(stored.withHeaders { ($0.compressedSize, $0.size) = (100_000, 100_000) })
    #expect(reading.steps == [Self.first])
    guard case .cutShort("cat/1.jpg", _)? = reading.error else {
      Issue.record("\(reading)")
      return
    }
  }

  @Test(arguments: [1 << 63, 1 << 61, UInt64.max]) func impossibleZip64SizesEndTheReading(_ size: UInt64) {
    for entry in [stored.zip64(compressed: size), stored.zip64(size: size), deflated.zip64(size: size)] {
      let reading = read(entry)
      #expect(reading.steps == [Self.first])
      guard case .malformed(_, "the zip64 sizes of cat/1.jpg are impossible")? = reading.error else {
        Issue.record("\(reading)")
        return
      }
    }
  }

  @Test(arguments: [1 << 33, 1 << 60]) func enormousZip64SizesTakeNoMemory(_ size: UInt64) {
    for entry in [
      stored.zip64(compressed: size, size: size), deflated.zip64(compressed: size), deflated.zip64(size: size),
    ] {
      let reading = read(entry)
      guard reading.steps.count >= 2, case .refused("cat/1.jpg", .bomb) = reading.steps[1] else {
        Issue.record("\(reading)")
        return
      }
      #expect(reading.peak < 100)
    }
  }

  @Test func zip64SizesThatAreMissingEndTheReading() {
    let reading = read(stored.changed { $0.local.size = .max })
    #expect(reading.steps == [Self.first])
    #expect(reading.error == .malformed(offset: 53, reason: "cat/1.jpg needs zip64 sizes and has none"))
  }

  @Test func extraFieldsThatRunOverDoNoHarm() {
    for extra: [UInt8] in [[1], [1, 0, 200, 0], [0x75, 0x70, 0xFF, 0xFF, 1, 2, 3], [1, 0, 16, 0, 1, 2, 3]] {
      #expect(read(stored.withHeaders { $0.extra = extra }).steps == [Self.first, Self.second, Self.third, .end])
    }
  }

  // MARK: Descriptors

  @Test(arguments: ZipForgery.DescriptorForm.allCases)
  func aDescriptorThatLiesIsTold(_ form: ZipForgery.DescriptorForm) {
    func lying(crc32: UInt32? = nil, compressed: UInt64? = nil, size: UInt64? = nil) -> ZipReading {
      read(
        deflated.streamed(form).changed {
          $0.descriptor = Entry.descriptor(
            form, crc32: crc32 ?? $0.central.crc32, compressed: compressed ?? UInt64($0.data.count),
            size: size ?? 15)
        })
    }
    let checksum = lying(crc32: 5)
    let damage = ZipError.checksum(entry: "cat/1.jpg", declared: 5, found: deflated.central.crc32)
    #expect(checksum.steps == [Self.first, .damaged("cat/1.jpg", damage), Self.third])
    #expect(checksum.error == mismatch("CRC-32", deflated.central.crc32, 5))
    let size = lying(size: 99)
    #expect(
      size.steps == [
        Self.first, .damaged("cat/1.jpg", .size(entry: "cat/1.jpg", declared: 99, found: 15)), Self.third,
      ])
    #expect(size.error == mismatch("size", 15, 99))
    let compressed = lying(compressed: 99)
    #expect(compressed.steps == [Self.first])
    #expect(
      compressed.error
        == .malformed(
          offset: 53,
          reason: "the data descriptor of cat/1.jpg does not declare the \(deflated.data.count) bytes that were read"))
  }

  @Test func aDescriptorThatIsMissingIsMissed() throws {
    let archive = ZipForgery.three(deflated.streamed(.signed).changed { $0.descriptor = [] })
    #expect(ZipReading.of(archive).steps == [Self.first])
    let learned = ZipReading.of(archive, learning: try ZipDirectory(of: archive).entries)
    #expect(learned.steps == [Self.first, Self.second])
    guard case .malformed(_, "there is no data descriptor where one should be")? = learned.error else {
      Issue.record("\(learned)")
      return
    }
  }

  @Test func aDirectoryThatLiesAheadOfTimeIsTold() throws {
    let lies: [(inout ZipForgery.Header) -> Void] = [
      { $0.crc32 = 5 }, { $0.size += 1 }, { $0.size = 1 << 31 }, { $0.compressedSize += 1 },
      { $0.compressedSize -= 1 }, { $0.compressedSize = 1 << 31 },
    ]
    for (index, lie) in lies.enumerated() {
      for entry in [stored.streamed(.signed), deflated.streamed(.wide)] {
        let archive = ZipForgery.three(entry.changed { lie(&$0.central) })
        for push in [1, .max] {
          let reading = ZipReading.of(archive, push: push, learning: try ZipDirectory(of: archive).entries)
          #expect(!reading.isClean)
          #expect(!reading.wholeNames.contains("cat/1.jpg"))
          // The end is where it was said to be, so what follows is read.
          if index < 3 { #expect(reading.wholeNames == ["cat/0.jpg", "cat/2.jpg"]) }
        }
      }
    }
  }

  // MARK: The directory

  @Test func eachFieldOfTheDirectoryIsCompared() {
    let true32 = stored.central.crc32
    let lies: [(ZipError, (inout ZipForgery.Header) -> Void)] = [
      (mismatch("name", "dog/1.jpg", "cat/1.jpg"), { $0.name = Array("dog/1.jpg".utf8) }),
      (mismatch("method", 8, 0), { $0.method = 8 }), (mismatch("size", 16, 15), { $0.size = 16 }),
      (mismatch("compressed size", 14, 15), { $0.compressedSize = 14 }),
      (mismatch("CRC-32", 5, true32), { $0.crc32 = 5 }),
    ]
    for (error, lie) in lies {
      let reading = read(stored.changed { lie(&$0.central) })
      #expect(reading.steps == [Self.first, Self.second, Self.third])
      #expect(reading.error == error)
    }
  }

  @Test(arguments: [1, 52, 54, 106, UInt32.max - 1]) func anOffsetWithoutAnEntryIsAMismatch(_ offset: UInt32) {
    let reading = read(stored.changed { $0.offset = offset })
    #expect(reading.steps == [Self.first, Self.second, Self.third])
    #expect(reading.error == mismatch("offset", "an entry at byte \(offset)", "none there"))
  }

  @Test func anOffsetOfAnotherEntryIsAMismatch() {
    #expect(
      read(stored.changed { $0.offset = 0 }).error
        == mismatch("offset", "an entry at byte 0", "one that is listed already"))
    #expect(
      read(stored.changed { $0.offset = 107 }).error
        == .directoryMismatch(entry: "cat/2.jpg", field: "name", declared: "cat/1.jpg", found: "cat/2.jpg"))
  }

  @Test func anEntryThatTheDirectoryOmitsIsMissed() {
    let reading = read(stored.changed { $0.timesListed = 0 })
    #expect(reading.steps == [Self.first, Self.second, Self.third])
    #expect(reading.error == .entryCount(declared: 2, found: 3))
  }

  @Test func anEntryThatIsListedTwiceIsAMismatch() {
    let reading = read(stored.changed { $0.timesListed = 2 })
    #expect(reading.error == mismatch("offset", "an entry at byte 53", "one that is listed already"))
    let instead = read(stored.changed { $0.timesListed = 2 }) { $0.entries[2].timesListed = 0 }
    #expect(instead.error == reading.error, "one listed twice does not make up for one left out")
  }

  @Test func anEntryThatIsNotThereIsAMismatch() {
    var ghost = Entry.stored("cat/9.jpg", "not there")
    (ghost.data, ghost.offset) = ([], 5000)
    let archive = ZipForgery.three { $0.entries.append(ghost) }
    // The forgery's fourth local header is cut out again.
    let local = ghost.local.record(signature: ZipRecords.localSignature, offset: nil)
    let start = archive.count - 22 - 4 * 55 - local.count
    let reading = ZipReading.of(Array(archive[..<start] + archive[(start + local.count)...]))
    #expect(reading.wholeNames.count == 3)
    #expect(
      reading.error
        == .directoryMismatch(
          entry: "cat/9.jpg", field: "offset", declared: "an entry at byte 5000", found: "none there"))
  }

  @Test(arguments: [UInt16(0), 2, 4, 0xFFFF]) func aCountThatLiesIsTold(_ count: UInt16) {
    let reading = read(stored) { $0.count = count }
    #expect(reading.steps == [Self.first, Self.second, Self.third])
    #expect(reading.error == .entryCount(declared: Int(count), found: 3))
  }

  @Test func theZip64CountIsCompared() {
    #expect(read(stored) { ($0.count64, $0.count) = (3, 0xFFFF) }.isClean)
    #expect(read(stored) { $0.count64 = 3 }.isClean)
    for count in [0, 2, 4, 1 << 63, UInt64.max] {
      let reading = read(stored) { ($0.count64, $0.count) = (count, 0xFFFF) }
      #expect(reading.error == .entryCount(declared: Int(clamping: count), found: 3))
    }
  }

  @Test func aZip64EndRecordOfImpossibleLengthIsMalformed() {
    for length in [0, 43, 1 << 21, 1 << 63, UInt64.max] {
      var archive = ZipForgery.three { $0.count64 = 3 }
      archive.replaceSubrange(archive.count - 94..<archive.count - 86, with: little(length))
      guard case .malformed(_, "the zip64 end record has an impossible length")? = ZipReading.of(archive).error
      else {
        Issue.record("\(length)")
        return
      }
    }
  }

  @Test func bytesBeforeTheDirectoryAreNoEntry() {
    let reading = read(stored) { $0.beforeDirectory = Array("nobody's bytes".utf8) }
    #expect(reading.steps == [Self.first, Self.second, Self.third])
    guard case .malformed(_, "there is no entry where one should begin")? = reading.error else {
      Issue.record("\(reading)")
      return
    }
  }

  @Test func aDirectoryThatEndsInJunkIsMalformed() {
    var archive = ZipForgery.three()
    archive.insert(contentsOf: [9, 9, 9, 9], at: archive.count - 22)
    guard case .malformed(_, "there is no directory record where one should begin")? = ZipReading.of(archive).error
    else {
      Issue.record("no error")
      return
    }
  }

  @Test func anEndRecordInPlaceOfTheDirectoryIsAWrongCount() {
    let archive = ZipForgery.three()
    let start = archive.count - 22 - 3 * 55
    let reading = ZipReading.of(Array(archive[..<start] + archive[(archive.count - 22)...]))
    #expect(reading.wholeNames.count == 3)
    #expect(reading.error == .entryCount(declared: 0, found: 3))
  }

  // MARK: What cannot be read

  @Test(arguments: ["/etc/passwd", "../up.jpg", "cat/../../up.jpg", "..\\up.jpg", "\\up.jpg", "N\0L.jpg", "../\u{301}"])
  func anUnsafeNameIsRefusedAndTheRestRead(_ name: String) throws {
    for entry in [
      Entry.stored(name, "the second file"), .deflated(name, "the second file"),
      .deflated(name, "the second file").streamed(.signed), .deflated(name, "the second file").streamed(.plain),
      .stored(name, "the second file").checksummedLater(),
    ] {
      let reading = read(entry)
      #expect(reading.error == nil)
      #expect(reading.steps.count == 4)
      #expect(reading.steps.first == Self.first && reading.steps[2...] == [Self.third, .end])
      guard case .refused(name, .unsafeName(name, _)) = reading.steps[1] else {
        Issue.record("\(reading)")
        return
      }
    }
  }

  @Test func strangeNamesAreRead() {
    for name in [
      "кот/📷 été.jpg", String(repeating: "n", count: 300), "", " ", "a\nb", "e\u{301}", "C:x.jpg", "%2e%2e/x",
    ] {
      #expect(read(Entry.stored(name, "the second file")).isClean)
    }
    #expect(read(stored.withHeaders { $0.name = [0x80, 0xFF, 0xC3] }).isClean)
  }

  @Test func encryptedEntriesAreRefusedAndTheRestRead() throws {
    let error = ZipError.unsupported(entry: "cat/1.jpg", reason: "it is encrypted")
    for entry in [stored, deflated] {
      let reading = read(entry.withHeaders { $0.flags |= 1 })
      #expect(reading.steps == [Self.first, .refused("cat/1.jpg", error), Self.third, .end])
    }
    for entry in [stored.streamed(.signed), deflated.streamed(.plain)] {
      let archive = ZipForgery.three(entry.withHeaders { $0.flags |= 1 })
      #expect(ZipReading.of(archive).steps == [Self.first, .needsDirectory("cat/1.jpg")])
      let learned = ZipReading.of(archive, learning: try ZipDirectory(of: archive).entries)
      #expect(learned.steps == [Self.first, .refused("cat/1.jpg", error), Self.third, .end])
      #expect(learned.error == nil)
    }
  }

  @Test(arguments: [UInt16(1), 9, 12, 14, 93, 99]) func otherMethodsAreRefusedAndTheRestRead(_ method: UInt16) throws {
    let error = ZipError.unsupported(
      entry: "cat/1.jpg", reason: "compression method \(method); only stored (0) and deflate (8) are read")
    let reading = read(stored.withHeaders { $0.method = method })
    #expect(reading.steps == [Self.first, .refused("cat/1.jpg", error), Self.third, .end])
    let archive = ZipForgery.three(stored.streamed(.signed).withHeaders { $0.method = method })
    #expect(ZipReading.of(archive).steps == [Self.first, .needsDirectory("cat/1.jpg")])
    let learned = ZipReading.of(archive, learning: try ZipDirectory(of: archive).entries)
    #expect(learned.steps == [Self.first, .refused("cat/1.jpg", error), Self.third, .end])
  }

  @Test func otherMethodsOfARealArchiveAreRefused() throws {
    let reading = ZipReading.of(try ZipFixtures.archive("other_methods"))
    #expect(reading.error == nil)
    #expect(reading.wholeNames == ["0.jpg", "2.jpg", "4.txt"])
    #expect(reading.entries.map(\.method) == [0, 12, 0, 14, 8])
  }

  // MARK: Bombs

  @Test func aDeclaredBombIsRefusedAndTheRestRead() throws {
    let archive = try ZipFixtures.archive("bomb")
    for push in [1, .max] {
      let reading = ZipReading.of(archive, push: push)
      #expect(reading.error == nil)
      #expect(reading.peak < 100)
      guard case .refused("0.jpg", .bomb("0.jpg", _, 8 << 20)) = reading.steps[0] else {
        Issue.record("\(reading)")
        return
      }
      #expect(reading.steps[1...] == [.whole("1.jpg", Array("after".utf8)), .end])
    }
  }

  @Test func anUndeclaredBombEndsTheReadingBeforeItTakesMemory() throws {
    let archive = try ZipFixtures.archive("bomb_unseekable")
    for push in [1, .max] {
      for skips in [false, true] {
        let reading = ZipReading.of(archive, push: push, skipping: skips)
        #expect(reading.steps.isEmpty)
        guard case .bomb("0.jpg", _, let inflated)? = reading.error else {
          Issue.record("\(reading)")
          return
        }
        #expect(inflated > 4 << 20)
        #expect(reading.peak <= 16 << 20)
      }
    }
    let learned = ZipReading.of(archive, learning: try ZipDirectory(of: archive).entries)
    #expect(learned.error == nil && learned.wholeNames == ["1.jpg"])
  }

  @Test func theSizeIsLimitedWhateverTheRatio() {
    let limits = ZipLimits(entryBytes: 14)
    let error = ZipError.bomb(entry: "cat/1.jpg", compressed: 15, inflated: 15)
    #expect(read(stored, limits: limits).steps == [Self.first, .refused("cat/1.jpg", error), Self.third, .end])
    let content = ZipForgery.letters(200_000)
    let streamed = Entry.deflated("cat/1.jpg", content).streamed(.signed)
    let reading = ZipReading.of(ZipForgery.three(streamed), limits: ZipLimits(entryBytes: 100_000))
    #expect(reading.steps == [Self.first])
    guard case .bomb("cat/1.jpg", _, 65_537...)? = reading.error else {
      Issue.record("\(reading)")
      return
    }
    #expect(ZipReading.of(ZipForgery.three(streamed), limits: ZipLimits(entryBytes: 200_000)).isClean)
  }

  @Test func deflateDataThatYieldsNothingIsLimitedToo() {
    // Empty blocks without end.
    let hollow = Entry.deflated("cat/1.jpg", "").streamed(.signed).changed {
      $0.data = Array(repeating: [0, 0, 0, 0xFF, 0xFF], count: 10_000).joined() + $0.data
    }
    for push in [1, .max] {
      let reading = ZipReading.of(ZipForgery.three(hollow), push: push, limits: ZipLimits(entryBytes: 10_000))
      guard case .bomb("cat/1.jpg", 10_001..., 0)? = reading.error else {
        Issue.record("\(reading)")
        return
      }
    }
  }

  @Test func entriesAreLimitedInNumber() {
    let reading = read(stored, limits: ZipLimits(entries: 2))
    #expect(reading.steps == [Self.first, Self.second])
    #expect(reading.error == .malformed(offset: 107, reason: "it has more than 2 entries"))
    #expect(read(stored, limits: ZipLimits(entries: 3)).isClean)
  }

  /// Many directory records that share one kernel of deflate data.
  @Test func overlappingEntriesAreAMismatch() throws {
    let kernel = Entry.deflated("cat/1.jpg", ZipForgery.letters(50_000))
    let archive = ZipForgery.three(kernel.changed { $0.timesListed = 1000 })
    #expect(ZipReading.of(archive).error == mismatch("offset", "an entry at byte 53", "one that is listed already"))
    // Each entry's data holds the next one's header.
    let inner = Entry.stored("cat/2.jpg", "shared kernel")
    let innerBytes = inner.local.record(signature: ZipRecords.localSignature, offset: nil) + inner.data
    let outer = Entry(name: Array("cat/1.jpg".utf8), content: innerBytes, data: innerBytes, method: ZipEntry.stored)
    let overlapped = ZipForgery([outer, inner.changed { $0.offset = 39 }]) {
      $0.entries[1].data = []
    }
    var bytes = overlapped.bytes
    let ghost = 39 + innerBytes.count
    bytes.removeSubrange(ghost..<ghost + 39)
    let reading = ZipReading.of(bytes, learning: try ZipDirectory(of: ZipForgery([outer]).bytes).entries)
    #expect(reading.wholeNames == ["cat/1.jpg"])
    #expect(
      reading.error
        == .directoryMismatch(entry: "cat/2.jpg", field: "offset", declared: "an entry at byte 39", found: "none there")
    )
  }
}
