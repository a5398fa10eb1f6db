import Testing

@testable import PixExport

@Suite struct ArrayHeaderTests {
  @Test(arguments: [[], [0], [3], [5, 224, 224, 3], [Int.max, 65_535, 65_535, 3]])
  func oneLengthWhateverTheShape(shape: [Int]) {
    let bytes = ArrayHeader(type: "|u1", shape: shape).bytes
    #expect(bytes.count == 128)
    #expect(bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0]))
    #expect(bytes.last == 0x0A)
  }

  @Test func theLiteralIsPythons() {
    let text = String(decoding: ArrayHeader(type: "<i8", shape: [7]).bytes.dropFirst(10), as: UTF8.self)
    #expect(text.hasPrefix("{'descr': '<i8', 'fortran_order': False, 'shape': (7,), } "))
  }
}
