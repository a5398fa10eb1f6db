import Foundation
import Testing

@testable import PixExport

@Suite struct DownloadOwnerTests {
  @Test func aNameIsReadAsItWasWritten() throws {
    let owner = DownloadOwner.current
    #expect(DownloadOwner(owner.description) == owner)
    #expect(owner.isAlive == true)
    #expect(!owner.description.contains("/"))
  }

  @Test(arguments: ["", "lock", "a_b", "a_b_c", "host_1_2_3", "tree", "host__1"])
  func otherNamesAreNone(_ text: String) { #expect(DownloadOwner(text) == nil) }

  @Test func aLaterProcessOfTheSameNumberIsAnother() throws {
    let owner = DownloadOwner.current
    let earlier = try #require(DownloadOwner("\(owner.host)_\(owner.process)_1"))
    #expect(earlier.isAlive == false)
  }

  @Test func nothingIsKnownOfAnotherMachine() throws {
    let owner = try #require(DownloadOwner("elsewhere-\(UUID().uuidString)_1_1"))
    #expect(owner.isAlive == nil)
  }

  @Test func oneThatHasEndedIsDeadBeforeItsParentAsks() throws {
    var pid = pid_t()
    let words = ["/bin/sh", "-c", "read x"].map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_addclose(&actions, ends[1])
    #expect(posix_spawn(&pid, "/bin/sh", &actions, nil, words, environ) == 0)
    posix_spawn_file_actions_destroy(&actions)
    let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    let started = stat.split(separator: ")").last!.split(separator: " ")[19]
    let child = try #require(DownloadOwner("\(DownloadOwner.current.host)_\(pid)_\(started)"))
    #expect(child.isAlive == true)
    close(ends[0])
    close(ends[1])
    var information = siginfo_t()
    // Waits for its end without asking how it ended.
    #expect(waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == 0)
    #expect(child.isAlive == false)
    waitpid(pid, nil, 0)
    #expect(child.isAlive == false)
  }
}
