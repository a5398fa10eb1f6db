/// The start of a `.npy` file, format version 1.0 (numpy.lib.format): magic, version, length, a Python literal, spaces.
///
/// Of one length whatever the shape, so that the number of rows can be written when it is known.
struct ArrayHeader {
  static let byteCount = 128

  /// As NumPy spells it: `|u1`, `<i8`.
  var type: String
  var shape: [Int]

  var bytes: [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let literal = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    let length = ArrayHeader.byteCount - bytes.count - 2
    bytes += [UInt8(length & 0xFF), UInt8(length >> 8)] + Array(literal.utf8)
    precondition(bytes.count < ArrayHeader.byteCount, "a shape of this many digits needs a longer header")
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: ArrayHeader.byteCount - bytes.count - 1)
    return bytes + [UInt8(ascii: "\n")]
  }
}
