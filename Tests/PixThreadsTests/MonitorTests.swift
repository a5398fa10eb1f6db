import PixThreads
import Testing

@Suite struct MonitorTests {
  @Test func aWaiterSeesTheChangeOfAnotherThread() {
    let monitor = Monitor(0)
    let thread = EngineThread(name: "test") { monitor.update { $0 = 42 } }
    let seen = monitor.wait(atMost: .seconds(10)) { $0 == 42 ? $0 : nil }
    thread.join()
    #expect(seen == 42)
  }

  @Test func aWaitEndsAtItsLimit() {
    let monitor = Monitor(0)
    let started = ContinuousClock.now
    let seen: Int? = monitor.wait(atMost: .milliseconds(20)) { _ in nil }
    #expect(seen == nil)
    #expect(ContinuousClock.now - started >= .milliseconds(20))
  }

  @Test func changesFromManyThreadsAreNotLost() {
    let monitor = Monitor(0)
    let threads = (0..<8).map { _ in
      EngineThread(name: "count") { for _ in 0..<1000 { monitor.withLock { $0 += 1 } } }
    }
    for thread in threads { thread.join() }
    #expect(monitor.withLock { $0 } == 8000)
  }
}
