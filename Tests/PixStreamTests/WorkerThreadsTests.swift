import PixThreads
import Testing

@testable import PixStream

@Suite struct WorkerThreadsTests {
  /// Counts its calls.
  private final class Counter: JobSource {
    let count = Monitor(0)

    func work() { count.update { $0 += 1 } }

    func reaches(_ number: Int) -> Bool {
      count.wait(atMost: .seconds(60)) { $0 >= number ? true : nil } ?? false
    }
  }

  @Test func everyJobIsDoneOnce() {
    let workers = WorkerThreads(count: 3)
    defer { workers.park() }
    let sources = (0..<4).map { _ in Counter() }
    for round in 0..<500 { workers.submit(sources[round % 4], times: round % 5) }
    let expected = (0..<4).map { index in
      (0..<500).filter { round in round % 4 == index }.map { round in round % 5 }.reduce(0, +)
    }
    for (source, count) in zip(sources, expected) { #expect(source.reaches(count)) }
    workers.park()
    let done = sources.map { source in source.count.withLock { $0 } }
    #expect(done == expected)
  }

  @Test func parkingLosesNoJob() {
    let workers = WorkerThreads(count: 2)
    let source = Counter()
    let submitter = EngineThread(name: "submit") { for _ in 0..<4000 { workers.submit(source, times: 1) } }
    for _ in 0..<50 {
      workers.park()
      workers.unpark()
      workers.goOn()
    }
    submitter.join()
    #expect(source.reaches(4000))
    workers.park()
    #expect(source.count.withLock { $0 } == 4000)
  }

  @Test func whatIsSubmittedWhileParkedIsDoneAfterwards() {
    let workers = WorkerThreads(count: 2)
    defer { workers.park() }
    let source = Counter()
    workers.park()
    workers.submit(source, times: 10)
    #expect(source.count.withLock { $0 } == 0)
    workers.unpark()
    #expect(source.count.withLock { $0 } == 0)
    workers.goOn()
    #expect(source.reaches(10))
  }

  @Test func noSourceIsHeldOnceItsJobsAreDone() {
    let workers = WorkerThreads(count: 1)
    weak var held: Counter?
    do {
      let source = Counter()
      held = source
      workers.submit(source, times: 5)
      #expect(source.reaches(5))
    }
    workers.park()
    #expect(held == nil)
  }
}
