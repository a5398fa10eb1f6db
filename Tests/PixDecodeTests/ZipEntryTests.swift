import Testing

@testable import PixDecode

@Suite struct ZipEntryTests {
  private func entry(_ name: String = "cat/0.jpg", _ change: (inout ZipEntry) -> Void = { _ in }) -> ZipEntry {
    var entry = ZipEntry(
      ordinal: 0, name: name, method: ZipEntry.stored, flags: 0, crc32: 1, compressedSize: 10, size: 10, offset: 0)
    change(&entry)
    return entry
  }

  @Test(arguments: [
    "0.jpg", "cat/0.jpg", "./cat/0.jpg", "cat/..jpg", "cat/...", "..cat/0.jpg", "cat/a..b", "кот/📷.jpg", "",
    "cat/.", "C:cat.jpg", String(repeating: "n", count: 300),
  ])
  func ordinaryNamesAreNoObstacle(_ name: String) {
    #expect(entry(name).obstacle(ZipLimits()) == nil)
  }

  @Test(arguments: [
    "..", "../0.jpg", "cat/../0.jpg", "cat/..", "cat//../0.jpg", "..\\0.jpg", "cat\\..\\0.jpg", "cat/..\\0.jpg",
    "../\u{301}cat/0.jpg", "cat/../\u{20D2}0.jpg",
  ])
  func namesThatClimbAreUnsafe(_ name: String) {
    #expect(entry(name).obstacle(ZipLimits()) == .unsafeName(entry: name, reason: "it has \"..\" in it"))
  }

  @Test(arguments: ["/etc/passwd", "/", "//0.jpg", "\\\\host\\0.jpg", "\\0.jpg", "/\u{301}etc/passwd"])
  func absoluteNamesAreUnsafe(_ name: String) {
    #expect(entry(name).obstacle(ZipLimits()) == .unsafeName(entry: name, reason: "it is an absolute path"))
  }

  @Test(arguments: ["\0", "cat/0.jpg\0.txt", "cat\0/0.jpg", "cat/\0\u{301}.jpg"])
  func namesWithNULAreUnsafe(_ name: String) {
    #expect(
      entry(name).obstacle(ZipLimits()) == .unsafeName(entry: name, reason: "it has a NUL character in it"))
  }

  @Test func encryptionAndOtherMethodsAreUnsupported() {
    #expect(
      entry { $0.flags = 1 }.obstacle(ZipLimits())
        == .unsupported(entry: "cat/0.jpg", reason: "it is encrypted"))
    for method in [1, 9, 12, 14, 93, 99, UInt16.max] {
      #expect(
        entry { $0.method = method }.obstacle(ZipLimits())
          == .unsupported(
            entry: "cat/0.jpg",
            reason: "compression method \(method); only stored (0) and deflate (8) are read"))
    }
  }

  @Test func aStoredEntryIsAsLongAsItsContent() {
    let lying = entry { $0.size = 11 }
    #expect(lying.obstacle(ZipLimits()) == .size(entry: "cat/0.jpg", declared: 11, found: 10))
    #expect(entry { ($0.method, $0.size) = (ZipEntry.deflated, 11) }.obstacle(ZipLimits()) == nil)
  }

  @Test func whatIsTooMuchIsABomb() {
    let limits = ZipLimits(entryBytes: 100)
    #expect(entry { ($0.compressedSize, $0.size) = (100, 100) }.obstacle(limits) == nil)
    for method in [ZipEntry.stored, ZipEntry.deflated] {
      let bomb = entry { ($0.method, $0.compressedSize, $0.size) = (method, 101, 101) }
      #expect(bomb.obstacle(limits) == .bomb(entry: "cat/0.jpg", compressed: 101, inflated: 101))
    }
    let hollow = entry { ($0.method, $0.compressedSize, $0.size) = (ZipEntry.deflated, 1 << 60, 5) }
    #expect(hollow.obstacle(limits) == .bomb(entry: "cat/0.jpg", compressed: 1 << 60, inflated: 5))
  }

  @Test func flagsAndNamesTellWhatAnEntryIs() {
    #expect(entry { $0.flags = 1 }.isEncrypted)
    #expect(!entry { $0.flags = 0xFFFE }.isEncrypted)
    #expect(entry { $0.flags = 8 }.hasDescriptor)
    #expect(!entry { $0.flags = 0xFFF7 }.hasDescriptor)
    #expect(entry("cat/").isDirectory)
    #expect(!entry("cat/0.jpg").isDirectory)
  }
}
