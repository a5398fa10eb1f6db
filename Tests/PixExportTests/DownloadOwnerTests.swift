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
    // Its parent becomes a program that asks after no child.
    let parent = Process()
    parent.executableURL = URL(fileURLWithPath: "/bin/sh")
    parent.arguments = ["-c", "sleep 30 & echo $!; exec sleep 30"]
    let said = Pipe()
    parent.standardOutput = said
    try parent.run()
    defer {
      kill(parent.processIdentifier, SIGKILL)
      parent.waitUntilExit()
    }
    let line = said.fileHandleForReading.availableData
    let pid = try #require(
      Int32(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    let started = stat.split(separator: ")").last!.split(separator: " ")[19]
    let child = try #require(DownloadOwner("\(DownloadOwner.current.host)_\(pid)_\(started)"))
    #expect(child.isAlive == true)
    while try !String(contentsOfFile: "/proc/\(parent.processIdentifier)/comm", encoding: .utf8).hasPrefix("sleep") {
      usleep(1000)
    }
    kill(pid, SIGKILL)
    var tries = 0
    while child.isAlive == true, tries < 5000 {
      usleep(1000)
      tries += 1
    }
    #expect(child.isAlive == false)
    let state = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).split(separator: ")").last
    #expect(state?.hasPrefix(" Z") == true)
  }
}
