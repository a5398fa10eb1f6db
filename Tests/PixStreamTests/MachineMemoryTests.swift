import Testing

@testable import PixStream

@Suite struct MachineMemoryTests {
  private let meminfo = "MemTotal: 16000 kB\nMemAvailable:    8000 kB\nSwapFree: 1000 kB\n"

  @Test func itIsWhatTheMachineCanGive() {
    #expect(MachineMemory.available { ["/proc/meminfo": meminfo][$0] } == 9000 * 1024)
    #expect(MachineMemory.available { _ in nil } == .max)
  }

  @Test func aContainerGivesLess() {
    var files = [
      "/proc/meminfo": meminfo, "/proc/self/cgroup": "0::/box/inner\n",
      "/sys/fs/cgroup/box/memory.max": "5000000\n", "/sys/fs/cgroup/box/memory.current": "3000000\n",
      "/sys/fs/cgroup/box/memory.stat": "anon 7\ninactive_file 1000000\n",
      "/sys/fs/cgroup/box/inner/memory.max": "max\n", "/sys/fs/cgroup/box/inner/memory.current": "2\n",
    ]
    #expect(MachineMemory.available { files[$0] } == 3_000_000)
    files["/sys/fs/cgroup/box/memory.max"] = "1000"
    #expect(MachineMemory.available { files[$0] } == 0)
  }

  @Test func thisMachineHasSome() {
    #expect(MachineMemory.available > 1 << 20)
    #expect(MachineMemory.available < 1 << 50)
  }
}
