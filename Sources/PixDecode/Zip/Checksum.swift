import CCodecs

/// CRC-32 as zip uses it (APPNOTE 4.4.7).
public enum Checksum {
  public static func crc32(of bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
    // zlib takes no address for "begin anew".
    guard let start = bytes.baseAddress else { return previous }
    return UInt32(
      truncatingIfNeeded: CCodecs.crc32_z(
        UInt(previous), start.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
