import Testing

@testable import PixDecode

@Suite struct InflaterTests {
  private static let content = (0..<5000).map { UInt8(truncatingIfNeeded: $0 / 7 ^ $0) }

  /// Inflates with pieces of `push` bytes into pieces of `room` bytes. Nil: the data is corrupt.
  private func inflate(_ data: [UInt8], push: Int, room: Int) -> (content: [UInt8], rest: Int, ended: Bool)? {
    var inflater = Inflater()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 1)
    defer { memory.deallocate() }
    var content: [UInt8] = []
    var start = 0
    while start < data.count {
      let piece = UnsafeMutableRawBufferPointer.copied(Array(data[start..<min(start + push, data.count)]))
      defer { piece.deallocate() }
      var input = UnsafeRawBufferPointer(piece)
      while true {
        guard let (written, progress) = inflater.inflate(&input, into: memory) else { return nil }
        content += memory[..<written]
        if progress == .ended { return (content, data.count - start - piece.count + input.count, true) }
        if progress == .needsInput, input.isEmpty { break }
      }
      start += piece.count
    }
    return (content, 0, false)
  }

  @Test(arguments: [1, 2, 13, 4096, 1 << 20], [1, 7, 5000, 1 << 16])
  func inputAndRoomOfAnySizeGiveTheSame(_ push: Int, _ room: Int) throws {
    for level in [Int32(0), 1, 9] {
      let data = ZipForgery.Entry.rawDeflate(Self.content, level: level)
      let (content, rest, ended) = try #require(inflate(data, push: push, room: room))
      #expect(content == Self.content)
      #expect(rest == 0 && ended)
    }
  }

  @Test func whatFollowsTheEndIsLeft() throws {
    let data = ZipForgery.Entry.rawDeflate(Self.content) + [1, 2, 3]
    #expect(try #require(inflate(data, push: .max / 2, room: 99)).rest == 3)
  }

  @Test func whatIsCutShortNeverEnds() throws {
    let data = ZipForgery.Entry.rawDeflate(Self.content)
    for count in 1..<data.count {
      #expect(try #require(inflate(Array(data[..<count]), push: 64, room: 512)).ended == false)
    }
  }

  @Test func corruptDataIsSeen() {
    #expect(inflate([0xFF, 0xFF, 0xFF], push: 3, room: 10) == nil)
    #expect(inflate([0x01, 5, 0, 5, 0], push: 5, room: 10) == nil, "a block's length and its complement disagree")
  }

  @Test func noRoomAndNoInputAreAskedFor() throws {
    var inflater = Inflater()
    let data = ZipForgery.Entry.rawDeflate(Self.content)
    try data.withUnsafeBytes { bytes in
      var input = UnsafeRawBufferPointer(start: nil, count: 0)
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
      defer { memory.deallocate() }
      let idle = try #require(inflater.inflate(&input, into: memory))
      #expect(idle.written == 0 && idle.progress == .needsInput)
      input = bytes
      _ = try #require(inflater.inflate(&input, into: memory))
      let full = try #require(inflater.inflate(&input, into: UnsafeMutableRawBufferPointer(rebasing: memory[1...])))
      #expect(full.written == 0 && full.progress == .needsRoom)
    }
  }
}
