import PixDecode
import Testing

@testable import PixStream

@Suite struct PixelBufferTests {
  @Test func bytesAreWholePages() {
    #expect(PixelBuffer.bytes(for: ImageShape(height: 1, width: 1), capacity: 1) == 4096)
    #expect(PixelBuffer.bytes(for: ImageShape(height: 64, width: 64), capacity: 1) == 12_288)
    #expect(PixelBuffer.bytes(for: ImageShape(height: 64, width: 64), capacity: 2) == 24_576)
    #expect(PixelBuffer.bytes(for: ImageShape(height: 10, width: 137), capacity: 1) == 8192)
  }

  @Test func whatNoMachineCouldAddressHasNoBytes() {
    let shape = ImageShape(height: 30_000, width: 30_000)
    #expect(PixelBuffer.bytes(for: shape, capacity: .max) == nil)
    #expect(PixelBuffer.bytes(for: shape, capacity: 1 << 20) == nil)
    #expect(PixelBuffer(shape: shape, capacity: .max, budget: MemoryBudget(limit: .max)) == nil)
  }

  @Test func imagesLieBehindOneAnother() throws {
    let shape = ImageShape(height: 2, width: 3)
    let pixels = try #require(PixelBuffer(shape: shape, capacity: 3, budget: MemoryBudget(limit: 1 << 20)))
    for index in 0..<3 {
      #expect(pixels.image(index).count == 18)
      #expect(pixels.image(index).baseAddress == pixels.address + index * 18)
      pixels.image(index).initializeMemory(as: UInt8.self, repeating: UInt8(index))
    }
    pixels.move(2, to: 0)
    pixels.move(1, to: 1)
    #expect((0..<3).map { Array(Set(pixels.image($0))) } == [[2], [1], [2]])
  }

  @Test func memoryGoesBackWhenTheLastHolderLetsGo() throws {
    let budget = MemoryBudget(limit: 1 << 20)
    let shape = ImageShape(height: 2, width: 3)
    var pixels = PixelBuffer(shape: shape, capacity: 1, budget: budget)
    let address = try #require(pixels?.address)
    var other = pixels
    pixels = nil
    #expect(budget.used == 0)
    #expect(other != nil)
    other = nil
    #expect(budget.used == 4096)
    #expect(PixelBuffer(shape: shape, capacity: 2, budget: budget)?.address == address)
  }
}
