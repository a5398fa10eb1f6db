import PixRemote

/// A chunk that is held in memory whole, because its host gives no parts of it.
final class HeldChunk: Sendable {
  let contents: MemoryFile
  let bytes: Int
  private let budget: MemoryBudget
  private let generation = Engine.generation

  /// - Parameter bytes: entered into the budget already; they leave it with this value.
  init(_ contents: MemoryFile, bytes: Int, budget: MemoryBudget) {
    self.contents = contents
    self.bytes = bytes
    self.budget = budget
  }

  deinit {
    // A lock that a forked child inherits may be held for ever.
    if generation == Engine.generation { budget.release(bytes) }
  }
}
