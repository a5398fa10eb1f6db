import Foundation
import Testing

@testable import PixPublish

@Suite struct OpenFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func bytesAreReadFromAnyPlace() throws {
    try folder.add("a", "0123456789")
    let file = try #require(OpenFile(folder.file("a")))
    #expect(file.status.st_size == 10)
    #expect(file.read(3, at: 0) == Data("012".utf8))
    #expect(file.read(3, at: 5) == Data("567".utf8))
    #expect(file.read(100, at: 8) == Data("89".utf8))
    #expect(file.read(100, at: 10) == Data())
    #expect(file.read(100, at: 1000) == Data())
  }

  @Test func itStaysTheSameFileWhenAnotherTakesItsName() throws {
    try folder.add("a", "old")
    let file = try #require(OpenFile(folder.file("a")))
    try folder.add("b", "new")
    #expect(rename(folder.file("b"), folder.file("a")) == 0)
    #expect(file.read(10, at: 0) == Data("old".utf8))
  }

  @Test func onlyRegularFilesAreOpened() throws {
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    try folder.link("loop", to: "loop")
    for name in ["", "pipe", "loop", "gone"] { #expect(OpenFile(folder.file(name)) == nil) }
  }

  @Test func itsDescriptorIsClosedWithIt() throws {
    try folder.add("a", "content")
    let path = folder.file("a")
    func open() throws -> Int {
      let links = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
      return links.count { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path }
    }
    let file = try #require(OpenFile(path))
    for _ in 0..<10 { _ = OpenFile(path)?.read(1, at: 0) }
    #expect(try open() == 1)
    #expect(file.status.st_size == 7)
  }
}
