import PixRemote
import Testing

@testable import PixStream

@Suite struct ChunkSpoolTests {
  private let budget = MemoryBudget(limit: 100)

  private func spool(
    reserved: Int, size: Int?, parts: [Int], error: RemoteError? = nil, stops: Bool = false
  ) throws -> Result<HeldChunk, ChunkSpool.Failure>? {
    nonisolated(unsafe) var result: Result<HeldChunk, ChunkSpool.Failure>?
    budget.force(reserved)
    let sink = try ChunkSpool(reserved: reserved, budget: budget) { result = $0 }
    let size = size.map { ["content-length": "\($0)"] } ?? [:]
    sink.opened(ResponseHead(status: 200, fields: size))
    for part in parts {
      let flow = [UInt8](repeating: 1, count: part).withUnsafeBytes(sink.received)
      if case .stop = flow { break }
    }
    if stops { sink.stop() }
    sink.closed(error)
    return result
  }

  @Test func aWholeChunkIsHeldAndCounted() throws {
    for reserved in [0, 30, 60, 90] {
      let held = try #require(try spool(reserved: reserved, size: 60, parts: [20, 20, 20])).get()
      #expect(held.bytes == 60)
      #expect(budget.used == 60, "\(reserved)")
      withExtendedLifetime(held) {}
    }
    #expect(budget.used == 0)
  }

  @Test func aChunkThatDoesNotFitIsLeft() throws {
    for size in [nil, 101] {
      guard case .failure(.tooLarge(let bytes))? = try spool(reserved: 10, size: size, parts: [60, 41, 50]) else {
        return #expect(Bool(false))
      }
      #expect(bytes == 101)
      #expect(budget.used == 0)
    }
  }

  @Test func whatFailsOrIsStoppedGivesItsMemoryBack() throws {
    guard case .failure(.remote(.cancelled))? = try spool(reserved: 10, size: 60, parts: [60], error: .cancelled) else {
      return #expect(Bool(false))
    }
    #expect(budget.used == 0)
    #expect(try spool(reserved: 10, size: 60, parts: [60], stops: true) == nil)
    #expect(budget.used == 0)
  }
}
