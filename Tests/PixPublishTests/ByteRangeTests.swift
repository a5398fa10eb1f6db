import Testing

@testable import PixPublish

@Suite struct ByteRangeTests {
  @Test(arguments: [
    ("bytes=0-0", 0..<1), ("bytes=0-99", 0..<100), ("bytes=10-19", 10..<20), ("bytes=99-99", 99..<100),
    ("bytes=90-", 90..<100), ("bytes=0-", 0..<100), ("bytes=-1", 99..<100), ("bytes=-100", 0..<100),
    ("Bytes=1-2", 1..<3), ("bytes=007-008", 7..<9),
  ])
  func aPartIsFromTheFirstToTheLastByte(field: String, part: Range<Int>) {
    #expect(ByteRange(field, size: 100) == .part(part))
  }

  @Test(arguments: [
    ("bytes=50-100", 50..<100), ("bytes=50-9999999999", 50..<100),
    ("bytes=50-99999999999999999999999", 50..<100), ("bytes=0-9223372036854775807", 0..<100),
    ("bytes=-101", 0..<100), ("bytes=-99999999999999999999999", 0..<100),
  ])
  func whatReachesBehindTheEndStopsThere(field: String, part: Range<Int>) {
    #expect(ByteRange(field, size: 100) == .part(part))
  }

  @Test(arguments: [
    "bytes=100-", "bytes=100-200", "bytes=9223372036854775807-", "bytes=99999999999999999999999-", "bytes=-0",
  ])
  func whatBeginsBehindTheEndCannotBeSatisfied(field: String) {
    #expect(ByteRange(field, size: 100) == .unsatisfiable)
  }

  @Test(arguments: ["bytes=0-", "bytes=0-0", "bytes=-5"])
  func anEmptyFileHasNoParts(field: String) {
    #expect(ByteRange(field, size: 0) == .unsatisfiable)
  }

  @Test(arguments: [
    nil, "", "bytes", "bytes=", "bytes=-", "bytes=5", "bytes=5-4", "bytes=a-b", "bytes=1-b", "bytes=a-1",
    "bytes=--5", "bytes=+1-2", "bytes=1-+2", "bytes=-+2", "bytes= 1-2", "bytes=1-2-3", "bytes=0x1-0x2",
    "bytes=٣-٤", "items=1-2", "0-5",
  ])
  func whatIsNoRangeIsPassedOver(field: String?) {
    #expect(ByteRange(field, size: 100) == .whole)
  }

  @Test func aListOfRangesGetsTheWholeFile() {
    #expect(ByteRange("bytes=0-1,5-6", size: 100) == .whole)
    #expect(ByteRange("bytes=0-1, -6", size: 100) == .whole)
  }
}
