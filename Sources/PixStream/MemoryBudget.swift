import Glibc
import PixDecode
import PixThreads

/// The ledger of one stream's memory: compressed, inflating, decoded and queued bytes, and idle memory kept for
/// reuse, because fresh pages cost a page fault each.
///
/// What has been handed to the caller is the caller's, and no longer counted.
public final class MemoryBudget: BufferMemory {
  private struct State {
    var used = 0
    var peak = 0
    var idle: [Int: [UInt]] = [:]
    var idleBytes = 0
    var isClosed = false
  }

  static let pageBytes = 4096

  /// Bytes. Exceeded only by a single item that is larger than all of it, or that alone blocks the way.
  public let limit: Int
  private let state = Monitor(State())

  public init(limit: Int) { self.limit = limit }

  deinit { close() }

  public var used: Int { state.withLock { $0.used + $0.idleBytes } }
  public var peak: Int { state.withLock { $0.peak } }

  /// Enters `bytes` into the ledger when they fit, at the cost of idle memory.
  func reserve(_ bytes: Int) -> Bool {
    state.withLock { state in
      guard state.used + bytes <= limit else { return false }
      MemoryBudget.enter(bytes, &state, limit)
      return true
    }
  }

  /// Whether `reserve` would succeed now.
  func fits(_ bytes: Int) -> Bool { state.withLock { $0.used + bytes <= limit } }

  /// Enters `bytes` whether they fit or not: for the one item the stream cannot go on without.
  func force(_ bytes: Int) { state.withLock { MemoryBudget.enter(bytes, &$0, limit) } }

  func release(_ bytes: Int) {
    state.withLock { state in
      state.used -= bytes
      assert(state.used >= 0)
    }
  }

  private static func enter(_ bytes: Int, _ state: inout State, _ limit: Int) {
    state.used += bytes
    while state.used + state.idleBytes > limit, let size = state.idle.first?.key { evict(size, &state) }
    state.peak = max(state.peak, state.used + state.idleBytes)
  }

  private static func evict(_ size: Int, _ state: inout State) {
    guard let address = state.idle[size]?.popLast() else {
      state.idle[size] = nil
      return
    }
    if state.idle[size]?.isEmpty == true { state.idle[size] = nil }
    state.idleBytes -= size
    munmap(UnsafeMutableRawPointer(bitPattern: address), size)
  }

  // MARK: Memory

  /// Whole pages, and few enough different sizes that most buffers find memory of theirs: at most an eighth is too much.
  public func footprint(of capacity: Int) -> Int {
    let capacity = max(capacity, 1)
    let step = max(MemoryBudget.pageBytes, (1 << (Int.bitWidth - 1 - capacity.leadingZeroBitCount)) / 8)
    return (capacity + step - 1) / step * step
  }

  /// Memory of `bytes`, used before if there is any of that size. Nil when the system has none.
  public func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let reused: UInt? = state.withLock { state in
      guard let address = state.idle[bytes]?.popLast() else { return nil }
      if state.idle[bytes]?.isEmpty == true { state.idle[bytes] = nil }
      state.idleBytes -= bytes
      return address
    }
    if let reused { return UnsafeMutableRawPointer(bitPattern: reused) }
    let fresh = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    return fresh == MAP_FAILED ? nil : fresh
  }

  /// Takes memory back that nobody looks at any more.
  public func giveBack(_ base: UnsafeMutableRawPointer, _ bytes: Int) {
    let kept = state.withLock { state in
      guard !state.isClosed, state.used + state.idleBytes + bytes <= limit else { return false }
      state.idle[bytes, default: []].append(UInt(bitPattern: base))
      state.idleBytes += bytes
      state.peak = max(state.peak, state.used + state.idleBytes)
      return true
    }
    if !kept { munmap(base, bytes) }
  }

  /// Frees idle memory, and from now on whatever comes back.
  func close() {
    state.withLock { state in
      state.isClosed = true
      while let size = state.idle.first?.key { MemoryBudget.evict(size, &state) }
    }
  }
}
