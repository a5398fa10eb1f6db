import Glibc
import PixThreads
import Testing

@Suite struct EngineThreadTests {
  @Test func signalsAreBlockedThereAndNotHere() {
    let blocked = Monitor([Int32]())
    EngineThread(name: "signals") {
      var mask = sigset_t()
      pthread_sigmask(SIG_SETMASK, nil, &mask)
      blocked.update { $0 = [SIGINT, SIGTERM, SIGUSR1].map { sigismember(&mask, $0) } }
    }.join()
    #expect(blocked.withLock { $0 } == [1, 1, 1])
    var mine = sigset_t()
    pthread_sigmask(SIG_SETMASK, nil, &mine)
    #expect(sigismember(&mine, SIGUSR1) == 0)
  }
}
