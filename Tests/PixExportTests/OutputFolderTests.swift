import Foundation
import Testing

@testable import PixExport

@Suite struct OutputFolderTests {
  @Test func aFileHasItsNameOnlyWhenItIsWhole() throws {
    let folder = try TestFolder()
    let output = try OutputFolder(folder.path)
    try output.write("a/b/c", isDurable: true) { (file) throws(ExportError) in
      try file.append([1, 2])
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/a/b/c"))
      try file.append([3])
    }
    #expect(try folder.tree() == ["a/b/c": [1, 2, 3]])
    try output.write("a/b/c", isDurable: false) { (file) throws(ExportError) in try file.append([4]) }
    #expect(throws: ExportError.cancelled) {
      try output.write("a/b/c", isDurable: true) { (file) throws(ExportError) in
        try file.append([5])
        throw .cancelled
      }
    }
    try output.sync()
    #expect(try folder.tree() == ["a/b/c": [4]])
  }

  @Test func whatAKilledRunLeftIsWrittenOver() throws {
    let folder = try TestFolder()
    try folder.write(".pixcrawler.partial", [1, 2, 3])
    let output = try OutputFolder(folder.path)
    try output.write("a", isDurable: false) { (file) throws(ExportError) in try file.append([4]) }
    #expect(try folder.tree() == ["a": [4]])
  }

  @Test func aFolderThatIsNoneAndAFullDiskAreErrors() throws {
    let folder = try TestFolder()
    try folder.write("file", [1])
    for (name, code) in [("file", ENOTDIR), ("none", ENOENT)] {
      #expect(throws: ExportError.file(path: "\(folder.path)/\(name)", code: code)) {
        _ = try OutputFolder("\(folder.path)/\(name)")
      }
    }
    let output = try OutputFolder(folder.path)
    #expect(throws: ExportError.file(path: folder.path + "/file", code: ENOTDIR)) {
      try output.write("file/x", isDurable: false) { _ in }
    }
  }
}
