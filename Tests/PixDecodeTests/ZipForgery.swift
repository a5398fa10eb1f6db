import CCodecs

@testable import PixDecode

/// An archive put together by hand, in which every field can lie.
struct ZipForgery: Sendable {
  struct Header: Sendable {
    var name: [UInt8]
    var flags: UInt16 = 0
    var method: UInt16
    var crc32: UInt32
    var compressedSize: UInt32
    var size: UInt32
    var extra: [UInt8] = []
  }

  enum DescriptorForm: CaseIterable, Sendable { case plain, signed, wide, signedWide }

  struct Entry: Sendable {
    let content: [UInt8]
    var data: [UInt8]
    var local: Header
    var descriptor: [UInt8] = []
    var central: Header
    /// What the directory says; nil: the truth.
    var offset: UInt32?
    var timesListed = 1
  }

  var prefix: [UInt8] = []
  var entries: [Entry]
  var beforeDirectory: [UInt8] = []
  var directoryIsReversed = false
  /// Counts of the zip64 end record and the end record; nil: no zip64, and the truth.
  var count64: UInt64?
  var count: UInt16?
  var directoryOffset: UInt32?
  var directorySize: UInt32?
  var comment: [UInt8] = []

  init(_ entries: [Entry], _ change: (inout ZipForgery) -> Void = { _ in }) {
    self.entries = entries
    change(&self)
  }

  /// Three files; the tests lie about the second.
  static func three(_ second: Entry? = nil, _ change: (inout ZipForgery) -> Void = { _ in }) -> [UInt8] {
    ZipForgery(
      [
        .stored("cat/0.jpg", "the first file"), second ?? .stored("cat/1.jpg", "the second file"),
        .stored("cat/2.jpg", "the third file"),
      ], change
    ).bytes
  }

  var bytes: [UInt8] {
    var archive = prefix
    var records: [[UInt8]] = []
    for entry in entries {
      records += Array(
        repeating: entry.central.record(
          signature: ZipRecords.centralSignature, offset: entry.offset ?? UInt32(archive.count)),
        count: entry.timesListed)
      archive += entry.local.record(signature: ZipRecords.localSignature, offset: nil) + entry.data + entry.descriptor
    }
    archive += beforeDirectory
    let start = archive.count
    archive += (directoryIsReversed ? records.reversed() : records).joined()
    let size = archive.count - start
    if let count64 {
      let place = archive.count
      archive += Self.end64(count: count64, size: UInt64(size), offset: UInt64(start))
      archive += Self.locator64(UInt64(place))
    }
    archive += little(ZipRecords.endSignature) + little(UInt32(0))
    let declared = count ?? UInt16(records.count)
    archive += little(declared) + little(declared)
    archive += little(directorySize ?? UInt32(size)) + little(directoryOffset ?? UInt32(start))
    return archive + little(UInt16(comment.count)) + comment
  }

  static func end64(count: UInt64, size: UInt64, offset: UInt64) -> [UInt8] {
    little(ZipRecords.end64Signature) + little(UInt64(44)) + little(UInt32(45 | 45 << 16)) + little(UInt64(0))
      + little(count) + little(count) + little(size) + little(offset)
  }

  static func locator64(_ place: UInt64) -> [UInt8] {
    little(ZipRecords.locator64Signature) + little(UInt32(0)) + little(place) + little(UInt32(1))
  }

  /// Content that shrinks well.
  static func letters(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(0x61 + $0 / 1000 % 26) } }

  static func extra(_ id: UInt16, _ field: [UInt8]) -> [UInt8] { little(id) + little(UInt16(field.count)) + field }
}

extension ZipForgery.Header {
  func record(signature: UInt32, offset: UInt32?) -> [UInt8] {
    let isCentral = offset != nil
    var record = little(signature) + (isCentral ? little(UInt16(20)) : []) + little(UInt16(20))
    record += little(flags) + little(method) + little(UInt32(0x5A21_0000))
    record += little(crc32) + little(compressedSize) + little(size)
    record += little(UInt16(name.count)) + little(UInt16(extra.count))
    if let offset { record += [UInt8](repeating: 0, count: 10) + little(offset) }
    return record + name + extra
  }
}

extension ZipForgery.Entry {
  init(name: [UInt8], content: [UInt8], data: [UInt8], method: UInt16) {
    let crc32 = content.withUnsafeBytes { Checksum.crc32(of: $0) }
    let header = ZipForgery.Header(
      name: name, method: method, crc32: crc32, compressedSize: UInt32(data.count), size: UInt32(content.count))
    self.init(content: content, data: data, local: header, central: header)
  }

  static func stored(_ name: String, _ content: String) -> Self {
    Self(name: Array(name.utf8), content: Array(content.utf8), data: Array(content.utf8), method: ZipEntry.stored)
  }

  static func deflated(_ name: String, _ content: String, level: Int32 = 9) -> Self {
    deflated(name, Array(content.utf8), level: level)
  }

  static func deflated(_ name: String, _ content: [UInt8], level: Int32 = 9) -> Self {
    Self(name: Array(name.utf8), content: content, data: rawDeflate(content, level: level), method: ZipEntry.deflated)
  }

  /// Raw deflate data: a zlib stream without its header and its checksum.
  static func rawDeflate(_ content: [UInt8], level: Int32 = 9) -> [UInt8] {
    var size = compressBound(uLong(content.count))
    var packed = [UInt8](repeating: 0, count: Int(size))
    precondition(compress2(&packed, &size, content, uLong(content.count), level) == Z_OK)
    return Array(packed[2..<Int(size) - 4])
  }

  func changed(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }

  /// Changes both headers.
  func withHeaders(_ change: (inout ZipForgery.Header) -> Void) -> Self {
    changed {
      change(&$0.local)
      change(&$0.central)
    }
  }

  /// Sizes and checksum after the data only.
  func streamed(_ form: ZipForgery.DescriptorForm) -> Self {
    withHeaders { $0.flags |= 8 }.changed {
      $0.descriptor = Self.descriptor(
        form, crc32: central.crc32, compressed: UInt64(central.compressedSize), size: UInt64(central.size))
      ($0.local.crc32, $0.local.compressedSize, $0.local.size) = (0, 0, 0)
    }
  }

  /// As libarchive stores a file: its size is known ahead, its checksum is not.
  func checksummedLater() -> Self {
    let sizes = (local.compressedSize, local.size)
    return streamed(.signed).changed { ($0.local.compressedSize, $0.local.size) = sizes }
  }

  static func descriptor(
    _ form: ZipForgery.DescriptorForm, crc32: UInt32, compressed: UInt64, size: UInt64
  ) -> [UInt8] {
    let signature = form == .signed || form == .signedWide ? little(ZipRecords.descriptorSignature) : []
    let sizes =
      form == .wide || form == .signedWide
      ? little(compressed) + little(size)
      : little(UInt32(truncatingIfNeeded: compressed)) + little(UInt32(truncatingIfNeeded: size))
    return signature + little(crc32) + sizes
  }

  /// Sizes in a zip64 extra field of the local header, or of both.
  func zip64(compressed: UInt64? = nil, size: UInt64? = nil) -> Self {
    let field = little(size ?? UInt64(local.size)) + little(compressed ?? UInt64(local.compressedSize))
    return withHeaders {
      ($0.compressedSize, $0.size) = (.max, .max)
      $0.extra += ZipForgery.extra(1, field)
    }
  }
}

func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian, Array.init)
}
