import Crypto
import Foundation
import PixDecode

/// Writes an archive of stored entries, forward, with exact sizes in its local headers (APPNOTE 4.3).
struct ZipWriter {
  private struct Record {
    var name: [UInt8]
    var crc32: UInt32
    var size: Int
    var offset: Int
  }

  /// What a 32-bit field holds when its value is in the zip64 fields.
  private static let elsewhere = 0xFFFF_FFFF
  /// 1980-01-01, the first day a zip can name: archives do not differ by when they were made.
  private static let dosDate: UInt16 = 0x0021

  private let file: FileHandle
  /// The smallest size and offset that is written in zip64 fields.
  private let smallestZip64: Int
  private var records: [Record] = []
  private var digest = SHA256()
  /// Bytes written.
  private(set) var size = 0

  init(_ file: FileHandle, smallestZip64: Int = 0xFFFF_FFFF) {
    self.file = file
    self.smallestZip64 = smallestZip64
  }

  mutating func add(_ name: String, _ content: Data) throws {
    let record = Record(
      name: Array(name.utf8), crc32: content.withUnsafeBytes { Checksum.crc32(of: $0) }, size: content.count,
      offset: size)
    var header = Data()
    header.append(0x0403_4b50, as: UInt32.self)
    appendCommon(to: &header, record)
    header.append(contentsOf: record.name)
    header.append(contentsOf: extra(record, withOffset: false))
    try write(header)
    try write(content)
    records.append(record)
  }

  /// Writes the central directory. Returns the whole archive's SHA-256, in hex.
  mutating func finish() throws -> String {
    let start = size
    for record in records { try write(centralRecord(record)) }
    try write(endRecords(directory: start..<size))
    return digest.finalize().map { String(format: "%02x", $0) }.joined()
  }

  private mutating func write(_ data: Data) throws {
    try file.write(contentsOf: data)
    digest.update(data: data)
    size += data.count
  }

  /// Version, flags (UTF-8 names), method, time, checksum, sizes, lengths: alike in both kinds of header.
  private func appendCommon(to header: inout Data, _ record: Record, isCentral: Bool = false) {
    let isLarge = record.size >= smallestZip64
    header.append(isLarge || record.offset >= smallestZip64 ? 45 : 20, as: UInt16.self)
    header.append(0x0800, as: UInt16.self)
    header.append(0, as: UInt16.self)
    header.append(0, as: UInt16.self)
    header.append(Int(ZipWriter.dosDate), as: UInt16.self)
    header.append(Int(record.crc32), as: UInt32.self)
    header.append(isLarge ? ZipWriter.elsewhere : record.size, as: UInt32.self)
    header.append(isLarge ? ZipWriter.elsewhere : record.size, as: UInt32.self)
    header.append(record.name.count, as: UInt16.self)
    header.append(extra(record, withOffset: isCentral).count, as: UInt16.self)
  }

  private func extra(_ record: Record, withOffset: Bool) -> Data {
    var values = Data()
    if record.size >= smallestZip64 {
      values.append(record.size, as: UInt64.self)
      values.append(record.size, as: UInt64.self)
    }
    if withOffset, record.offset >= smallestZip64 { values.append(record.offset, as: UInt64.self) }
    guard !values.isEmpty else { return values }
    var field = Data()
    field.append(1, as: UInt16.self)
    field.append(values.count, as: UInt16.self)
    return field + values
  }

  private func centralRecord(_ record: Record) -> Data {
    var header = Data()
    header.append(0x0201_4b50, as: UInt32.self)
    header.append(3 << 8 | 45, as: UInt16.self)  // made on Unix
    appendCommon(to: &header, record, isCentral: true)
    header.append(0, as: UInt16.self)  // comment
    header.append(0, as: UInt16.self)  // disk
    header.append(0, as: UInt16.self)
    header.append(0o100644 << 16, as: UInt32.self)
    header.append(record.offset >= smallestZip64 ? ZipWriter.elsewhere : record.offset, as: UInt32.self)
    header.append(contentsOf: record.name)
    header.append(contentsOf: extra(record, withOffset: true))
    return header
  }

  private func endRecords(directory: Range<Int>) -> Data {
    var end = Data()
    let isLarge = records.count >= 0xFFFF || directory.upperBound >= smallestZip64
    if isLarge {
      end.append(0x0606_4b50, as: UInt32.self)
      end.append(44, as: UInt64.self)
      end.append(3 << 8 | 45, as: UInt16.self)
      end.append(45, as: UInt16.self)
      end.append(0, as: UInt64.self)
      end.append(records.count, as: UInt64.self)
      end.append(records.count, as: UInt64.self)
      end.append(directory.count, as: UInt64.self)
      end.append(directory.lowerBound, as: UInt64.self)
      end.append(0x0706_4b50, as: UInt32.self)
      end.append(0, as: UInt32.self)
      end.append(directory.upperBound, as: UInt64.self)
      end.append(1, as: UInt32.self)
    }
    end.append(0x0605_4b50, as: UInt32.self)
    end.append(0, as: UInt32.self)
    end.append(isLarge ? 0xFFFF : records.count, as: UInt16.self)
    end.append(isLarge ? 0xFFFF : records.count, as: UInt16.self)
    end.append(isLarge ? ZipWriter.elsewhere : directory.count, as: UInt32.self)
    end.append(isLarge ? ZipWriter.elsewhere : directory.lowerBound, as: UInt32.self)
    end.append(0, as: UInt16.self)
    return end
  }
}

extension Data {
  /// Little-endian.
  fileprivate mutating func append<Number: FixedWidthInteger>(_ value: Int, as type: Number.Type) {
    Swift.withUnsafeBytes(of: Number(truncatingIfNeeded: value).littleEndian) { append(contentsOf: $0) }
  }
}
