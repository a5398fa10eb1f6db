import CCodecs
import Testing

@testable import PixDecode

@Suite struct ResampleWindowsTests {
  private struct Window: Equatable {
    let start: Int
    let weights: [Int]
  }

  private func windows(_ length: Int, _ count: Int, from start: Float = 0, to end: Float? = nil) throws -> [Window] {
    let range = ResizePlan.Range(start: start, end: end ?? Float(length))
    let windows = try #require(ResampleWindows(of: range, in: length, to: count))
    var listed: [Window] = []
    windows.withTable { table in
      let table = table.pointee
      #expect(table.taps % 8 == 0 && table.length <= table.taps && Int(table.count) == count)
      for output in 0..<count {
        let weights = (0..<Int(table.taps)).map { tap in
          Int(table.high[output * Int(table.taps) + tap]) * 2048 + Int(table.low[output * Int(table.taps) + tap])
        }
        #expect(weights[Int(table.length)...].allSatisfy { $0 == 0 })
        listed.append(Window(start: Int(table.starts[output]), weights: Array(weights.prefix(Int(table.length)))))
      }
    }
    return listed
  }

  @Test func aLineOfTheSameLengthNeedsNone() throws {
    let range = ResizePlan.Range(start: 0, end: 5)
    #expect(try !#require(ResampleWindows(of: range, in: 5, to: 5)).isNeeded)
    #expect(try #require(ResampleWindows(of: range, in: 6, to: 5)).isNeeded)
    #expect(try #require(ResampleWindows(of: ResizePlan.Range(start: 1, end: 6), in: 6, to: 5)).isNeeded)
  }

  @Test func halvingWeighsOneThreeThreeOne() throws {
    let one = 1 << 22
    let halved = try windows(8, 4)
    #expect(halved[1] == Window(start: 1, weights: [one / 8, one * 3 / 8, one * 3 / 8, one / 8]))
    // At the ends a part of the triangle is missing; what is left weighs one.
    #expect(halved[0] == Window(start: 0, weights: [1_797_559, 1_797_559, 599_186, 0]))
    #expect(halved[3] == Window(start: 4, weights: [0, 599_186, 1_797_559, 1_797_559]))
  }

  @Test func enlargingWeighsTwoNeighbors() throws {
    let one = 1 << 22
    let doubled = try windows(2, 4)
    #expect(doubled.map(\.weights) == [[one, 0], [one * 3 / 4, one / 4], [one / 4, one * 3 / 4], [0, one]])
  }

  @Test func windowsLieInTheLineInOrderAndWeighOne() throws {
    var dice = Dice(state: 3)
    for _ in 0..<60 {
      let length = Int.random(in: 1...[3, 40, 3000].randomElement(using: &dice)!, using: &dice)
      let count = Int.random(in: 1...[3, 40, 700].randomElement(using: &dice)!, using: &dice)
      let start = Float.random(in: 0...Float(length) / 2, using: &dice)
      let end = Float.random(in: Float(length) * 0.75...Float(length), using: &dice)
      let windows = try windows(length, count, from: start, to: end)
      for (window, next) in zip(windows, windows.dropFirst() + [windows.last!]) {
        #expect(window.start <= next.start && window.start + window.weights.count <= length)
        #expect(abs(window.weights.reduce(0, +) - 1 << 22) <= window.weights.count)
      }
    }
  }

  /// Single precision rounds the end of this line to one past it.
  @Test func longLinesStayInTheirBounds() throws {
    let length = 33_554_435
    let windows = try windows(length, 4, from: Float(length - 5), to: Float(length))
    #expect(windows.allSatisfy { $0.start + $0.weights.count <= length })
  }

  @Test func whatNoMemoryHoldsIsNil() {
    let range = ResizePlan.Range(start: 0, end: 1)
    #expect(ResampleWindows(of: range, in: 1, to: 1 << 40) == nil)
  }
}
