import Testing

@testable import PixDecode

/// Broken archives end in steps or in a ZipError, and give out nothing that is not proven.
@Suite struct ZipScannerFuzzTests {
  static let names = [
    "stored", "deflated", "deflated_unseekable", "stored_zip64", "deflated_zip64_unseekable", "mixed",
    "signatures_in_data", "directories_unseekable", "same_name_twice",
  ]
  private static let limits = ZipLimits(entryBytes: 1 << 20)

  private static func forged() -> [[UInt8]] {
    let later = ZipForgery.Entry.stored("cat/1.jpg", "the second file").checksummedLater()
    return [
      ZipForgery.three(later), ZipForgery.three { ($0.count64, $0.count) = (3, 0xFFFF) },
      ZipForgery.three(.deflated("cat/1.jpg", "one, one, one").streamed(.plain)),
      ZipForgery.three(.deflated("cat/1.jpg", "one, one, one").streamed(.wide)),
    ]
  }

  @Test(arguments: names) func cutAtEveryByteOfARealArchive(_ name: String) throws {
    cutAtEveryByte(try ZipFixtures.archive(name))
  }

  @Test func cutAtEveryByteOfAForgedOne() { for archive in Self.forged() { cutAtEveryByte(archive) } }

  /// All that was whole before the cut is given out, and the cut is told.
  private func cutAtEveryByte(_ archive: [UInt8]) {
    let whole = ZipReading.of(archive, push: 1)
    #expect(whole.error == nil)
    for count in 0..<archive.count {
      let expected = zip(whole.steps, whole.pushed).filter { $0.1 <= count }.map(\.0)
      for push in [13, .max] {
        let reading = ZipReading.of(Array(archive[..<count]), push: push)
        #expect(reading.steps == expected, "\(count) of \(archive.count) bytes")
        guard case .cutShort(_, count)? = reading.error else {
          Issue.record("\(count) of \(archive.count) bytes: \(reading.error as Any)")
          return
        }
      }
    }
  }

  @Test func aCutInTheCommentLosesNothing() throws {
    let archive = try ZipFixtures.archive("commented")
    for count in archive.count - 9..<archive.count { #expect(ZipReading.of(Array(archive[..<count])).isClean) }
  }

  @Test(arguments: names) func everyBitFlippedOfARealArchive(_ name: String) throws {
    let archive = try ZipFixtures.archive(name)
    everyBitFlipped(archive, learning: [])
    everyBitFlipped(archive, learning: try ZipDirectory(of: archive).entries)
  }

  @Test func everyBitFlippedOfAForgedOne() { for archive in Self.forged() { everyBitFlipped(archive, learning: []) } }

  @Test func everyBitFlippedOfWhatNeedsItsDirectory() throws {
    let archive = try ZipFixtures.archive("stored_unseekable")
    everyBitFlipped(archive, learning: try ZipDirectory(of: archive).entries)
  }

  /// A flip changes nothing or is told; no entry's content ever differs.
  private func everyBitFlipped(_ archive: [UInt8], learning: [ZipEntry]) {
    let whole = ZipReading.of(archive, learning: learning)
    var told = 0
    for index in archive.indices {
      for bit in 0..<8 {
        var flipped = archive
        flipped[index] ^= 1 << bit
        let reading = ZipReading.of(flipped, limits: Self.limits, learning: learning)
        #expect(reading.peak <= 4 << 20)
        if reading.isClean { #expect(reading.steps == whole.steps, "bit \(bit) of byte \(index)") } else { told += 1 }
      }
    }
    #expect(told > archive.count * 4)
  }

  @Test(arguments: ["stored", "deflated", "stored_zip64"]) func aFlipInTheDataDamagesThatEntryOnly(_ name: String)
    throws
  {
    let archive = try ZipFixtures.archive(name)
    let whole = ZipReading.of(archive)
    let directory = try ZipDirectory.location(in: archive).range.lowerBound
    for (place, entry) in whole.entries.enumerated() where entry.size > 0 {
      let end = place + 1 < whole.entries.count ? whole.entries[place + 1].offset : directory
      for index in end - entry.compressedSize..<end {
        for bit in 0..<8 {
          var flipped = archive
          flipped[index] ^= 1 << bit
          let reading = ZipReading.of(flipped)
          #expect(reading.error == nil)
          for (other, step) in reading.steps.enumerated() {
            if other != place {
              #expect(step == whole.steps[other])
            } else if case .damaged(entry.name, _) = step {
            } else if step != whole.steps[other] {
              Issue.record("bit \(bit) of byte \(index): \(step)")
            }
          }
          if name != "deflated" { #expect(reading.steps != whole.steps) }
        }
      }
    }
  }

  @Test func aFlipInWhatTheDirectoryTellsIsAMismatch() throws {
    let archive = try ZipFixtures.archive("deflated")
    let start = try ZipDirectory.location(in: archive).range.lowerBound
    // Signature, method, checksum, sizes, the name's length and the offset, then the name.
    let fields = Array(0..<4) + [10, 11] + Array(16..<30) + Array(42..<46 + 9)
    for field in fields {
      for bit in 0..<8 {
        var flipped = archive
        flipped[start + field] ^= 1 << bit
        let reading = ZipReading.of(flipped)
        #expect(reading.wholeNames.count == 3)
        #expect(reading.error != nil, "bit \(bit) of byte \(field)")
      }
    }
  }

  @Test func someBytesReplaced() throws {
    var dice = Dice(state: 0x9E37_79B9_7F4A_7C15)
    let archives = try Self.names.map(ZipFixtures.archive) + Self.forged()
    var clean = 0
    for round in 0..<6000 {
      var broken = archives[round % archives.count]
      for _ in 0..<Int.random(in: 1...6, using: &dice) {
        let index = Int.random(in: broken.indices, using: &dice)
        switch Int.random(in: 0..<4, using: &dice) {
        case 0: broken.remove(at: index)
        case 1: broken.insert(UInt8.random(in: 0...255, using: &dice), at: index)
        case 2: broken[index] = [0, 0xFF, 0x7F, 0x80].randomElement(using: &dice)!
        default: broken[index] = UInt8.random(in: 0...255, using: &dice)
        }
      }
      let learning = (try? ZipDirectory(of: broken).entries) ?? []
      let reading = ZipReading.of(broken, push: round % 3 == 0 ? 5 : .max, limits: Self.limits, learning: learning)
      #expect(reading.peak <= 4 << 20)
      if reading.isClean { clean += 1 }
    }
    #expect(clean < 3000)
  }

  @Test func noiseIsNoArchive() {
    var dice = Dice(state: 7)
    for round in 0..<2000 {
      let signatures = [
        ZipRecords.localSignature, ZipRecords.centralSignature, ZipRecords.end64Signature, ZipRecords.endSignature,
      ]
      var bytes = little(signatures[round % 4])
      for _ in 0..<Int.random(in: 0...300, using: &dice) { bytes.append(UInt8.random(in: 0...255, using: &dice)) }
      let reading = ZipReading.of(bytes, limits: Self.limits)
      #expect(reading.wholeNames.isEmpty && !reading.isClean)
    }
  }
}
