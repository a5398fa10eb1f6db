/// Which chunks are fetched when: a few at a time, and not far ahead of the one that is written next.
struct FetchPlan {
  enum State: Equatable {
    case waiting
    case fetching
    /// A file here, proven.
    case here
    /// Written in the format that is asked for.
    case written
  }

  private(set) var states: [State]
  private let workers: Int
  /// The first that has not been written.
  private(set) var next: Int
  /// So many chunks are thought to hold all that is wanted.
  private(set) var wanted: Int

  /// - Parameter written: so many chunks are behind.
  init(chunks: Int, wanted: Int, written: Int, workers: Int) {
    states = (0..<chunks).map { $0 < written ? .written : .waiting }
    self.workers = max(1, workers)
    next = min(written, chunks)
    self.wanted = min(wanted, chunks)
  }

  /// Chunks that may be on their way or wait to be written.
  static func window(_ workers: Int) -> Int { 2 * max(1, workers) }

  var isDone: Bool { next >= wanted }
  var isNextHere: Bool { !isDone && states[next] == .here }
  var written: Int { next }

  /// The chunk to begin with now; nil when there is none.
  mutating func begin() -> Int? {
    let end = min(next + FetchPlan.window(workers), wanted)
    guard next < end, states[next..<end].count(where: { $0 == .fetching }) < workers,
      let place = states[next..<end].firstIndex(of: .waiting)
    else { return nil }
    states[place] = .fetching
    return place
  }

  /// Wants one chunk more, because those before held less than was thought. Returns whether there is one.
  mutating func widen() -> Bool {
    guard wanted < states.count else { return false }
    wanted += 1
    return true
  }

  mutating func arrived(_ place: Int) {
    guard states.indices.contains(place), states[place] != .written else { return }
    states[place] = .here
  }

  mutating func wrote(_ place: Int) {
    guard place == next, place < states.count else { return }
    states[place] = .written
    next += 1
  }
}
