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

  @Test func aQuietChangeWakesNobodyUnlessItSaysSo() {
    let monitor = Monitor(0)
    let looks = Monitor(0)
    let thread = EngineThread(name: "wait") {
      _ = monitor.wait { number in
        looks.update { $0 += 1 }
        return number == 2 ? number : nil
      }
    }
    #expect(looks.wait(atMost: .seconds(30)) { $0 == 1 ? true : nil } == true)
    #expect(
      monitor.updateQuietly { number in
        number = 2
        return ("result", wakes: false)
      } == "result")
    #expect(looks.wait(atMost: .milliseconds(50)) { $0 > 1 ? true : nil } == nil)
    monitor.updateQuietly { _ in ((), wakes: true) }
    thread.join()
    #expect(looks.withLock { $0 } == 2)
  }

  @Test func everyWaiterIsWoken() {
    let monitor = Monitor(false)
    let passed = Monitor(0)
    let threads = (0..<6).map { _ in
      EngineThread(name: "wait") {
        monitor.wait { $0 ? () : nil }
        passed.update { $0 += 1 }
      }
    }
    monitor.update { $0 = true }
    for thread in threads { thread.join() }
    #expect(passed.withLock { $0 } == 6)
  }

  @Test func anErrorPassesOutAndTheLockIsFree() {
    struct Fault: Error, Equatable {}
    let monitor = Monitor(0)
    func fail(_ number: inout Int) throws(Fault) {
      number += 1
      throw Fault()
    }
    #expect(throws: Fault()) { try monitor.withLock(fail) }
    #expect(throws: Fault()) { try monitor.update(fail) }
    #expect(monitor.withLock { $0 } == 2)
  }

  @Test func whatIsThereAlreadyIsNotWaitedFor() {
    #expect(Monitor(7).wait(atMost: .zero) { $0 } == 7)
    #expect(Monitor(7).wait(atMost: .seconds(3600)) { $0 } == 7)
    #expect(Monitor(7).wait { $0 } == 7)
  }

  @Test func aWaitOfFractionsCarriesIntoSeconds() {
    let started = ContinuousClock.now
    for _ in 0..<3 { #expect(Monitor(0).wait(atMost: .milliseconds(350)) { _ in Int?.none } == nil) }
    #expect(ContinuousClock.now - started >= .milliseconds(1050))
  }
}
