import Glibc
import PixThreads
import Testing

@Suite struct EngineThreadTests {
  private let signals = [SIGINT, SIGTERM, SIGUSR1]

  private func blocked() -> [Bool] {
    var mask = sigset_t()
    pthread_sigmask(SIG_SETMASK, nil, &mask)
    return signals.map { sigismember(&mask, $0) == 1 }
  }

  @Test func everySignalIsBlockedThereAndNoneMoreHere() {
    let before = blocked()
    let there = Monitor([Bool]())
    EngineThread(name: "signals") { there.update { $0 = blocked() } }.join()
    #expect(there.withLock { $0 } == [true, true, true])
    #expect(blocked() == before)
  }

  @Test func theThreadHasItsName() {
    let name = Monitor("")
    EngineThread(name: "pix-test") {
      let comm = open("/proc/thread-self/comm", O_RDONLY)
      var text = [UInt8](repeating: 0, count: 16)
      let count = read(comm, &text, text.count)
      close(comm)
      name.update { $0 = String(decoding: text[..<max(count, 0)], as: UTF8.self) }
    }.join()
    #expect(name.withLock { $0 } == "pix-test\n")
  }

  @Test func itEndsBeforeJoinReturnsAndLetsGoOfItsBody() {
    final class Thing: Sendable {}
    weak var held: Thing?
    let ended = Monitor(false)
    do {
      let thing = Thing()
      held = thing
      EngineThread(name: "body") {
        withExtendedLifetime(thing) { ended.update { $0 = true } }
      }.join()
    }
    #expect(ended.withLock { $0 })
    #expect(held == nil)
  }
}
