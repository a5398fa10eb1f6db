import Testing

@testable import PixDecode

@Suite struct PackedEntryTests {
  private func packed(
    _ forged: ZipForgery.Entry, as form: PackedEntry.Form, _ change: (inout ZipEntry) -> Void = { _ in }
  ) -> PackedEntry {
    var entry = ZipEntry(
      ordinal: 3, name: String(decoding: forged.local.name, as: UTF8.self), method: forged.local.method, flags: 0,
      crc32: forged.local.crc32, compressedSize: forged.data.count, size: forged.content.count, offset: 77)
    change(&entry)
    let buffer = ByteBuffer(capacity: forged.data.count)
    _ = forged.data.withUnsafeBytes { buffer.append($0) }
    return PackedEntry(entry: entry, bytes: buffer, form: form)
  }

  private let stored = ZipForgery.Entry.stored("a.jpg", "some content")
  private let deflated = ZipForgery.Entry.deflated("b.jpg", "some content, some content, some content")
  private let empty = ZipForgery.Entry.deflated("c.jpg", "")

  @Test func contentComesOutAsItWentIn() throws {
    for (entry, form) in [(stored, PackedEntry.Form.plain), (deflated, .deflated), (empty, .deflated)] {
      #expect(try packed(entry, as: form).unpacked().contents == entry.content)
    }
  }

  @Test func whatIsPlainIsNotCopied() throws {
    let entry = packed(stored, as: .plain)
    #expect(try entry.unpacked() === entry.bytes)
  }

  @Test func aWrongChecksumIsToldWithBothValues() {
    for (forged, form) in [(stored, PackedEntry.Form.plain), (deflated, .deflated)] {
      let name = String(decoding: forged.local.name, as: UTF8.self)
      #expect(throws: ZipError.checksum(entry: name, declared: 5, found: forged.local.crc32)) {
        try packed(forged, as: form) { $0.crc32 = 5 }.unpacked()
      }
    }
  }

  @Test func aWrongSizeIsToldWithBothValues() {
    let size = deflated.content.count
    #expect(throws: ZipError.size(entry: "b.jpg", declared: size + 1, found: size)) {
      try packed(deflated, as: .deflated) { $0.size += 1 }.unpacked()
    }
    #expect(throws: ZipError.size(entry: "b.jpg", declared: size - 1, found: size)) {
      try packed(deflated, as: .deflated) { $0.size -= 1 }.unpacked()
    }
    #expect(throws: ZipError.size(entry: "b.jpg", declared: 0, found: 1)) {
      try packed(deflated, as: .deflated) { $0.size = 0 }.unpacked()
    }
    #expect(throws: ZipError.size(entry: "a.jpg", declared: .max, found: 12)) {
      try packed(stored, as: .plain) { $0.size = .max }.unpacked()
    }
  }

  @Test func deflateDataThatEndsElsewhereIsMalformed() {
    for data in [Array(deflated.data.dropLast()), deflated.data + [0], [], [0xFF, 0xFF]] {
      #expect {
        try packed(deflated.changed { $0.data = data }, as: .deflated).unpacked()
      } throws: {
        if case ZipError.malformed(offset: 77, _) = $0 { true } else { false }
      }
    }
  }
}
