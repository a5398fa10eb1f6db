import Foundation
import Testing

@testable import PixRemote

@Suite struct DatasetSourceTests {
  @Test(arguments: [
    ("https://host/pets", "https://host/pets/dataset.json"), ("https://host/pets/", "https://host/pets/dataset.json"),
    ("http://host", "http://host/dataset.json"), ("https://host/a.json", "https://host/a.json"),
    ("https://host/pets?sig=1/2", "https://host/pets/dataset.json?sig=1/2"),
    ("https://host/pets/dataset.json?sig=1#x", "https://host/pets/dataset.json?sig=1#x"),
    ("HTTPS://Host/pets", "HTTPS://Host/pets/dataset.json"), ("Http://host", "Http://host/dataset.json"),
  ])
  func addressesOnTheWeb(text: String, url: String) throws {
    #expect(try DatasetSource(text) == .description(.remote(url: url)))
  }

  @Test(arguments: ["job_123", "17", "a b", "ünï", "job:1"])
  func whatIsNothingElseIsAJob(text: String) throws {
    #expect(try DatasetSource(text) == .job(id: text))
  }

  @Test(arguments: ["./gone", "/gone", "~/gone", "gone/pets", "gone.zip", ".", ".."])
  func pathsWithNoDataset(text: String) {
    let error = #expect(throws: RemoteError.self) { try DatasetSource(text) }
    guard case .nowhere(let reason)? = error else { return #expect(Bool(false), "\(error!)") }
    #expect(reason.hasPrefix("\(text) is no dataset"))
  }

  @Test(arguments: [
    "", "a\u{0}b", "https://", "http:///pets",
    "ftp://host/pets", "file:///etc", "s3://me:s3cr3t@bucket/x?s3cr3t", "https://me:s3cr3t@/x",
  ])
  func whatNamesNoDataset(text: String) {
    let error = #expect(throws: RemoteError.self) { try DatasetSource(text) }
    guard case .source? = error else { return #expect(Bool(false), "\(error!)") }
    #expect(!"\(error!)".contains("s3cr3t"))
  }

  @Test func aFolderWithADescription() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write([], to: "pets/dataset.json")
    _ = try folder.write([], to: "pets/a.zip")
    for text in [folder.path + "/pets", folder.path + "/pets/", file] {
      guard case .description(.file(let path)) = try DatasetSource(text) else { throw Unexpected() }
      #expect(path.replacing("//", with: "/") == file)
    }
  }

  @Test func aFolderOfArchivesIsReadInTheOrderOfNames() throws {
    let folder = try TemporaryFolder()
    for name in ["b.zip", "a.zip", ".hidden.zip", "notes.txt", "c#1.zip"] { _ = try folder.write([], to: name) }
    #expect(try DatasetSource(folder.path) == .archives(["a.zip", "b.zip", "c#1.zip"].map { folder.path + "/" + $0 }))
    #expect(try DatasetSource(folder.path + "/b.zip") == .archives([folder.path + "/b.zip"]))
  }

  @Test func aFolderOfNeither() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write([], to: "notes.txt")
    #expect(
      throws: RemoteError.nowhere(
        reason: "\(folder.path) is no dataset: there is neither a dataset.json nor a zip archive in it")
    ) { try DatasetSource(folder.path) }
    #expect(
      throws: RemoteError.nowhere(
        reason: "\(folder.path)/x is no dataset: there is neither a dataset.json nor a zip archive, nor anything "
          + "else, at that path")
    ) { try DatasetSource(folder.path + "/x") }
  }

  private struct Unexpected: Error {}
}
