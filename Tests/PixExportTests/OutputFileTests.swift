import Foundation
import Testing

@testable import PixExport

@Suite struct OutputFileTests {
  @Test func bytesLieWhereTheyAreWritten() throws {
    let folder = try TestFolder()
    do {
      let file = try OutputFolder(folder.path).open("file", flags: O_RDWR | O_CREAT)
      try file.append([1, 2])
      try file.append([3])
      try file.write([9], at: 1)
      try file.write([8], at: 5)
      #expect(try file.size == 6)
      try file.resize(to: 5)
      try file.sync()
    }
    #expect(try folder.read("file") == [1, 9, 3, 0, 0])
  }

  @Test func aFullDiskIsTold() {
    let file = OutputFile(open("/dev/full", O_WRONLY), "images.npy")
    #expect(throws: ExportError.file(path: "images.npy", code: ENOSPC)) { try file.append([1]) }
  }
}
