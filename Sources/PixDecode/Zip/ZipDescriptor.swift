/// The record after an entry whose sizes were not known when its header was written (APPNOTE 4.3.9).
///
/// It comes with or without a signature, with 32- or 64-bit sizes; the bytes that were counted and the next
/// record's signature decide which.
enum ZipDescriptor {
  /// The longest form and the signature after it. An end record, 22 bytes, always follows even the shortest.
  static let lookahead = 24 + 4

  private struct Form {
    let signed: Bool
    let wide: Bool
    var length: Int { (signed ? 4 : 0) + 4 + (wide ? 16 : 8) }
  }

  private static let forms = [
    Form(signed: true, wide: false), Form(signed: true, wide: true), Form(signed: false, wide: false),
    Form(signed: false, wide: true),
  ]

  /// Finds the form that agrees with what was counted. Returns the entry as it is declared there, and the record's
  /// length.
  static func match(
    _ bytes: [UInt8], entry: ZipEntry, compressed: Int
  ) throws(ZipError) -> (ZipEntry, length: Int) {
    for form in forms where plausible(form, bytes) {
      guard let (crc32, declaredCompressed, size) = read(form, bytes),
        declaredCompressed == UInt64(compressed)
      else { continue }
      var complete = entry
      complete.compressedSize = compressed
      complete.size = Int(clamping: size)
      complete.crc32 = crc32
      return (complete, form.length)
    }
    throw .malformed(
      offset: entry.offset,
      reason: "the data descriptor of \(entry.name) does not declare the \(compressed) bytes that were read")
  }

  /// Length of the descriptor of an entry whose sizes are known already.
  static func length(_ bytes: [UInt8], at offset: Int) throws(ZipError) -> Int {
    guard let form = forms.first(where: { plausible($0, bytes) }) else {
      throw .malformed(offset: offset, reason: "there is no data descriptor where one should be")
    }
    return form.length
  }

  private static func plausible(_ form: Form, _ bytes: [UInt8]) -> Bool {
    if form.signed, bytes.withUnsafeBytes(ZipRecords.signature) != ZipRecords.descriptorSignature {
      return false
    }
    let next = bytes.withUnsafeBytes { whole in
      ZipRecords.signature(UnsafeRawBufferPointer(rebasing: whole[min(form.length, whole.count)...]))
    }
    return [
      ZipRecords.localSignature, ZipRecords.centralSignature, ZipRecords.endSignature,
      ZipRecords.end64Signature,
    ].contains(next)
  }

  private static func read(_ form: Form, _ bytes: [UInt8]) -> (UInt32, UInt64, UInt64)? {
    bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes, at: form.signed ? 4 : 0)
      guard let crc32 = reader.uint32() else { return nil }
      if form.wide {
        guard let compressed = reader.uint64(), let size = reader.uint64() else { return nil }
        return (crc32, compressed, size)
      }
      guard let compressed = reader.uint32(), let size = reader.uint32() else { return nil }
      return (crc32, UInt64(compressed), UInt64(size))
    }
  }
}
