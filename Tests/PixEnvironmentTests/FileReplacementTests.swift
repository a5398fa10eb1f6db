import Foundation
import Testing

@testable import PixEnvironment

@Suite struct FileReplacementTests {
  @Test func theNewTextTakesTheOldOnesPlace() throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/file"
    for text in ["old and long", "new"] {
      #expect(FileReplacement.write(Array(text.utf8), to: file))
      #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"])
  }

  @Test func whatCannotBeReplacedStays() throws {
    let folder = try TemporaryFolder()
    let inTheWay = "\(folder.path)/a folder"
    try FileManager.default.createDirectory(atPath: inTheWay, withIntermediateDirectories: false)
    #expect(!FileReplacement.write([1], to: inTheWay))
    #expect(errno == EISDIR)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a folder"])
    #expect(!FileReplacement.write([1], to: "\(folder.path)/none/file"))
    #expect(errno == ENOENT)
  }
}
