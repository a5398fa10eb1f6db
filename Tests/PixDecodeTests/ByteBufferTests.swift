import Testing

@testable import PixDecode

@Suite struct ByteBufferTests {
  private func append(_ bytes: [UInt8], to buffer: ByteBuffer) -> Int {
    bytes.withUnsafeBytes { buffer.append($0) }
  }

  @Test func whatFitsIsCopied() {
    let buffer = ByteBuffer(capacity: 5)
    #expect(append([1, 2, 3], to: buffer) == 3)
    #expect(append([4, 5, 6, 7], to: buffer) == 2)
    #expect(append([8], to: buffer) == 0)
    #expect(buffer.withBytes(Array.init) == [1, 2, 3, 4, 5])
    #expect(buffer.room.isEmpty)
  }

  @Test func noCapacityIsNoRoom() {
    let buffer = ByteBuffer(capacity: 0)
    #expect(buffer.capacity == 0)
    #expect(append([1], to: buffer) == 0)
    #expect(buffer.withBytes(\.isEmpty))
    buffer.grow(to: 1)
    #expect(append([1], to: buffer) == 1)
  }

  @Test func nothingIsCopiedFromNothing() {
    let buffer = ByteBuffer(capacity: 2)
    #expect(buffer.append(UnsafeRawBufferPointer(start: nil, count: 0)) == 0)
    #expect(buffer.count == 0)
  }

  @Test func roomIsWrittenAndCounted() {
    let buffer = ByteBuffer(capacity: 4)
    _ = append([1], to: buffer)
    #expect(buffer.room.count == 3)
    buffer.room[0] = 2
    buffer.advance(by: 1)
    #expect(buffer.withBytes(Array.init) == [1, 2])
    #expect(buffer.room.count == 2)
  }

  @Test func growingKeepsWhatIsThereAndNeverShrinks() {
    let buffer = ByteBuffer(capacity: 3)
    _ = append([1, 2, 3], to: buffer)
    buffer.grow(to: 1 << 20)
    #expect(buffer.capacity == 1 << 20)
    #expect(append([4], to: buffer) == 1)
    buffer.grow(to: 2)
    #expect(buffer.capacity == 1 << 20)
    #expect(buffer.withBytes(Array.init) == [1, 2, 3, 4])
  }

  @Test func clearingKeepsTheMemory() {
    let buffer = ByteBuffer(capacity: 3)
    _ = append([1, 2, 3], to: buffer)
    buffer.clear()
    #expect(buffer.withBytes(\.isEmpty))
    #expect(append([4, 5, 6], to: buffer) == 3)
    #expect(buffer.withBytes(Array.init) == [4, 5, 6])
  }
}
