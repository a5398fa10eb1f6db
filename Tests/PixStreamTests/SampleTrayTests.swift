import PixDecode
import Testing

@testable import PixStream

@Suite struct SampleTrayTests {
  private let budget = MemoryBudget(limit: 1 << 20)
  private let small = ImageShape(height: 2, width: 2)
  private let large = ImageShape(height: 3, width: 2)

  /// Decodes an image whose every byte is its value.
  private func put(_ value: UInt8, _ shape: ImageShape, at position: Int, in tray: inout SampleTray) throws {
    let place = try tray.place(position, shape)
    place.pixels.image(place.row).copyBytes(from: [UInt8](repeating: value, count: shape.byteCount))
    tray.put(
      SampleSet.Sample(
        position: position, chunk: 0, chunkID: "a", entry: "\(value)",
        header: ImageHeader(format: .png, height: shape.height, width: shape.width), label: nil, pixels: place.pixels,
        row: place.row))
  }

  private func values(_ samples: [SampleSet.Sample]) -> [UInt8] {
    samples.map { sample in
      let bytes = sample.pixels.image(sample.row)
      return bytes.allSatisfy { $0 == bytes[0] } ? bytes[0] : 0
    }
  }

  @Test func imagesOfOneShapeAreRows() throws {
    var tray = SampleTray(count: 3, budget: budget)
    for position in [2, 0, 1] { try put(UInt8(position + 1), small, at: position, in: &tray) }
    let (samples, pixels) = try tray.close()
    #expect(pixels?.capacity == 3)
    #expect(samples.map(\.row) == [0, 1, 2])
    #expect(samples.allSatisfy { $0.pixels === pixels })
    #expect(values(samples) == [1, 2, 3])
  }

  @Test func whatIsMissingIsClosedUp() throws {
    var tray = SampleTray(count: 5, budget: budget)
    for position in [4, 1, 3] { try put(UInt8(position), small, at: position, in: &tray) }
    let (samples, pixels) = try tray.close()
    #expect(samples.map(\.position) == [1, 3, 4])
    #expect(samples.map(\.row) == [0, 1, 2])
    #expect(values(samples) == [1, 3, 4])
    #expect(samples.allSatisfy { $0.pixels === pixels })
  }

  @Test func imagesOfTwoShapesHaveABufferEach() throws {
    var tray = SampleTray(count: 4, budget: budget)
    for (position, shape) in [small, small, large, small].enumerated() {
      try put(UInt8(position + 1), shape, at: position, in: &tray)
    }
    let (samples, pixels) = try tray.close()
    #expect(pixels == nil)
    #expect(samples.map(\.shape) == [small, small, large, small])
    #expect(samples.allSatisfy { $0.row == 0 && $0.pixels.capacity == 1 })
    #expect(Set(samples.map { ObjectIdentifier($0.pixels) }).count == 4)
    #expect(values(samples) == [1, 2, 3, 4])
  }

  @Test func aShapeThatOnlyAFailedImageHadIsForgotten() throws {
    var tray = SampleTray(count: 3, budget: budget)
    _ = try tray.place(0, large)
    for position in [1, 2] { try put(UInt8(position), small, at: position, in: &tray) }
    let (samples, pixels) = try tray.close()
    #expect(pixels?.shape == small)
    #expect(samples.map(\.row) == [0, 1])
    #expect(samples.allSatisfy { $0.pixels === pixels })
    #expect(values(samples) == [1, 2])
  }

  @Test func nothingIsNothing() throws {
    let (samples, pixels) = try SampleTray(count: 3, budget: budget).close()
    #expect(samples.isEmpty && pixels == nil)
  }

  @Test func whatNoMemoryCanHoldIsAnError() throws {
    var tray = SampleTray(count: 1, budget: budget)
    let shape = ImageShape(height: 1 << 24, width: 1 << 24)
    #expect(throws: DatasetError.memory(needed: nil, limit: 1 << 20)) { try tray.place(0, shape) }
  }

  @Test func aCommonBufferThatCannotBeHadIsDoneWithout() throws {
    var tray = SampleTray(count: 1 << 20, budget: budget)
    let place = try tray.place(5, ImageShape(height: 1 << 13, width: 1 << 13))
    #expect(place.row == 0 && place.pixels.capacity == 1)
  }
}
