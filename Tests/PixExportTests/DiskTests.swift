import Foundation
import Testing

@testable import PixExport

@Suite struct DiskTests {
  private let folder: TestFolder
  private var path: String { folder.path }

  init() throws { folder = try TestFolder() }

  @Test func foldersAreMadeAllTheWay() throws {
    try Disk.makeFolders(path + "/a/b/c")
    try Disk.makeFolders(path + "/a/b/c")
    #expect(Disk.isFolder(path + "/a/b/c"))
    try folder.write("file", [1])
    #expect(throws: ExportError.notAFolder(path + "/file")) { try Disk.makeFolder(path + "/file") }
    #expect(throws: (any Error).self) { try Disk.makeFolders(path + "/file/deeper") }
    #expect(throws: ExportError.self) { try Disk.makeFolders("/proc/none/deeper") }
  }

  @Test func linksAreRemovedAndNotFollowed() throws {
    try Disk.makeFolders(path + "/theirs")
    try folder.write("theirs/work", [1])
    try Disk.makeFolders(path + "/ours/deep")
    #expect(symlink(path + "/theirs", path + "/ours/link") == 0)
    #expect(symlink("/nowhere", path + "/ours/deep/broken") == 0)
    try Disk.remove(path + "/ours")
    #expect(try folder.tree() == ["theirs/work": [1]])
    try Disk.remove(path + "/ours")
    #expect(symlink(path + "/theirs/work", path + "/link") == 0)
    #expect(Disk.exists(path + "/link"))
    #expect(Disk.size(of: path + "/link") == nil)
  }

  @Test func aFileIsWrittenAsideAndWhole() throws {
    try folder.write("a.new", Array("left by a process that was killed, and longer".utf8))
    try Disk.write([1, 2], to: path + "/a")
    #expect(try folder.tree() == ["a": [1, 2]])
    try Disk.write([3], to: path + "/a", isDurable: false)
    #expect(try Disk.read(path + "/a") == [3])
    try Disk.makeFolder(path + "/b")
    #expect(throws: ExportError.self) { try Disk.write([1], to: path + "/b") }
    #expect(try folder.tree() == ["a": [3]])
  }

  @Test func aSecondNameOutlivesTheFirst() throws {
    try folder.write("a", [1])
    try folder.write("b", [2])
    try Disk.share(path + "/a", as: path + "/b")
    try Disk.remove(path + "/a")
    #expect(try folder.tree() == ["b": [1]])
  }

  @Test func roomIsThatOfTheNearestFolderThatIsThere() throws {
    let free = try #require(Disk.freeBytes(at: path))
    #expect(free > 0)
    #expect(Disk.freeBytes(at: path + "/not/yet/there") != nil)
    #expect(Disk.freeBytes(at: "not-there") != nil)
    #expect(Disk.freeBytes(at: "/proc/none") == 0)
  }

  @Test func namesAreSortedAndNoneWhereThereIsNoFolder() throws {
    for name in ["b", ".hidden", "a"] { try folder.write(name, []) }
    #expect(Disk.names(in: path) == [".hidden", "a", "b"])
    #expect(Disk.names(in: path + "/none") == [])
  }
}
