import Foundation
import Testing

@testable import PixExport

@Suite struct DownloadLockTests {
  @Test func oneHasItUntilItIsLetGo() throws {
    let folder = try TestFolder()
    let path = folder.path + "/lock"
    var first = try DownloadLock.take(path)
    #expect(first?.isSure == true)
    #expect(try DownloadLock.take(path) == nil)
    first = nil
    #expect(try DownloadLock.take(path) != nil)
  }

  @Test func aLockWhoseFolderWasTakenAwayIsNone() throws {
    #expect(try DownloadLock.take("/nowhere/at/all") == nil)
    let folder = try TestFolder()
    let path = folder.path + "/lock"
    let first = try DownloadLock.take(path)
    try FileManager.default.removeItem(atPath: path)
    #expect(try DownloadLock.take(path) != nil)
    withExtendedLifetime(first) {}
  }

  @Test func whatCannotBeOpenedIsAnError() throws {
    let folder = try TestFolder()
    #expect(throws: ExportError.file(path: folder.path, code: EISDIR)) { _ = try DownloadLock.take(folder.path) }
  }
}
