import PixRemote
import PixThreads

/// What outlives one read by number, to be handed to the next one: memory to use again, fresh links, and the
/// chunks of hosts without ranges, held whole for as long as the memory limit allows.
///
/// For one dataset, on any number of threads. In a forked child it is dead: `isInherited`.
public final class ChunkCache: Sendable {
  private struct Place {
    let chunk: HeldChunk
    var lastUse: Int
  }

  private struct State {
    var chunks: [Int: Place] = [:]
    var uses = 0
    var links: [Int: LinkShelf] = [:]
  }

  public let budget: MemoryBudget
  private let generation = Engine.generation
  private let state = Monitor(State())

  public init(memoryLimit: Int) { budget = MemoryBudget(limit: memoryLimit) }

  /// Whether this belongs to the process that forked this one.
  public var isInherited: Bool { generation != Engine.generation }

  func chunk(at place: Int) -> HeldChunk? {
    state.withLock { state in
      state.uses += 1
      state.chunks[place]?.lastUse = state.uses
      return state.chunks[place]?.chunk
    }
  }

  /// Fresh links to the chunk's archive.
  func links(to place: Int) -> LinkShelf {
    state.withLock { state in
      let links = state.links[place] ?? LinkShelf()
      state.links[place] = links
      return links
    }
  }

  func keep(_ chunk: HeldChunk, at place: Int) {
    state.withLock { state in
      state.uses += 1
      state.chunks[place] = Place(chunk: chunk, lastUse: state.uses)
    }
  }

  /// Enters so many bytes into the budget, at the cost of the chunks that have not been used for longest. Returns false
  /// when there is no room even so.
  func reserve(_ bytes: Int) -> Bool {
    while !budget.reserve(bytes) {
      let oldest: HeldChunk? = state.withLock { state in
        guard let place = state.chunks.min(by: { $0.value.lastUse < $1.value.lastUse })?.key else { return nil }
        return state.chunks.removeValue(forKey: place)?.chunk
      }
      if oldest == nil { return false }
    }
    return true
  }
}
