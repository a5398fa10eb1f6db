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
    #expect(buffer.grow(to: 1))
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
    #expect(buffer.grow(to: 1 << 20))
    #expect(buffer.capacity == 1 << 20)
    #expect(append([4], to: buffer) == 1)
    #expect(buffer.grow(to: 2))
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

  @Test func memoryComesFromWhereItIsSaidToAndGoesBackThere() {
    final class Ledger: BufferMemory, @unchecked Sendable {
      var out = 0
      func footprint(of capacity: Int) -> Int { (capacity / 16 + 1) * 16 }
      func take(_ footprint: Int) -> UnsafeMutableRawPointer? {
        guard footprint <= 64 else { return nil }
        out += footprint
        return .allocate(byteCount: footprint, alignment: 16)
      }
      func giveBack(_ base: UnsafeMutableRawPointer, _ footprint: Int) {
        out -= footprint
        base.deallocate()
      }
    }
    let ledger = Ledger()
    var buffer = ByteBuffer(capacity: 5, from: ledger)
    #expect(buffer?.footprint == 16 && ledger.out == 16)
    #expect(buffer?.grow(to: 40) == true && ledger.out == 48)
    #expect(buffer?.grow(to: 64) == false && buffer?.capacity == 40 && ledger.out == 48)
    #expect(buffer?.another(capacity: 64) == nil)
    buffer = nil
    #expect(ledger.out == 0)
    #expect(ByteBuffer(capacity: 64, from: ledger) == nil)
  }
}
