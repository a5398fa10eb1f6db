import PixThreads

/// Gives a worker thread something to do.
protocol JobSource: AnyObject, Sendable {
  /// Does the most urgent job there is, if any.
  func work()
}

/// The decode threads of the process. They start with the first job and never take Python's lock.
final class WorkerThreads: Sendable {
  private struct State {
    var queue = Fifo<any JobSource>()
    var threads: [EngineThread] = []
    var isStopping = false
  }

  let count: Int
  private let state = Monitor(State())

  init(count: Int) { self.count = count }

  /// Calls `source.work()` on some worker, `times` times.
  func submit(_ source: any JobSource, times: Int) {
    guard times > 0 else { return }
    state.update { state in
      for _ in 0..<times { state.queue.append(source) }
      start(&state)
    }
  }

  private func start(_ state: inout State) {
    guard state.threads.isEmpty, !state.isStopping else { return }
    state.threads = (0..<count).map { _ in EngineThread(name: "pix-decode") { self.run() } }
  }

  private func run() {
    while true {
      let source: (any JobSource)?? = state.wait { state in
        if state.isStopping { return .some(nil) }
        return state.queue.popFirst().map { .some($0) }
      }
      guard let source = source ?? nil else { return }
      source.work()
    }
  }

  /// Ends the threads after their current jobs; what is queued stays queued.
  func park() {
    let threads = state.update { state in
      state.isStopping = true
      return state.threads
    }
    for thread in threads { thread.join() }
    state.update { $0.threads = [] }
  }

  /// Lets threads start again: with the next job, or with `goOn`.
  func unpark() { state.withLock { $0.isStopping = false } }

  /// Goes on with what was queued when the threads were parked.
  func goOn() {
    state.withLock { state in
      if !state.queue.isEmpty { start(&state) }
    }
  }
}
