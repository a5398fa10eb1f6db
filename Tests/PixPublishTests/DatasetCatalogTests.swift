import Foundation
import PixRemote
import Testing

@testable import PixPublish

@Suite struct DatasetCatalogTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var catalog: DatasetCatalog { DatasetCatalog(folder.path) }

  @Test func theFolderAndItsDirectSubfoldersAreDatasets() throws {
    try folder.add("dataset.json", #"{"id": "all"}"#)
    try folder.add("my pets/dataset.json", #"{"id": "pets"}"#)
    try folder.add("100%é/dataset.json", #"{"id": "Accents"}"#)
    try folder.add("deep/er/dataset.json", #"{"id": "too deep"}"#)
    try folder.add(".hidden/dataset.json", #"{"id": "hidden"}"#)
    try folder.add("broken/dataset.json", "{")
    try folder.add("photos/1.jpg", Images.jpeg("a"))
    #expect(catalog.entries.map(\.job.id) == ["Accents", "all", "pets"])
    #expect(catalog.entries.map(\.prefix) == ["/100%25%C3%A9", "", "/my%20pets"])
    #expect(catalog.entry("pets")?.prefix == "/my%20pets")
    #expect(catalog.entry("my pets") == nil)
  }

  @Test func datasetsComeAndGo() throws {
    let catalog = catalog
    #expect(catalog.entries.isEmpty)
    try folder.add("pets/dataset.json", #"{"id": "pets"}"#)
    #expect(catalog.entries.map(\.job.id) == ["pets"])
    try folder.add("pets/dataset.json", #"{"id": "beasts"}"#)
    #expect(catalog.entries.map(\.job.id) == ["beasts"])
    try FileManager.default.removeItem(atPath: folder.file("pets"))
    #expect(catalog.entries.isEmpty)
  }

  @Test func filesInsideAreFound() throws {
    try folder.add("pets/chunks/é 1.zip", "zip")
    let file = folder.file("pets/chunks/é 1.zip")
    for path in ["/pets/chunks/é 1.zip", "pets/chunks/é 1.zip", "//pets//chunks/é 1.zip"] {
      #expect(catalog.file(at: path) == file)
    }
    #expect(DatasetCatalog(folder.path + "/").file(at: "/pets/chunks/é 1.zip") == file)
  }

  @Test func nothingOutsideIsFound() throws {
    try folder.add("secret.txt", "secret")
    try folder.add("root/dataset.json", #"{"id": "root"}"#)
    try folder.add("root-2/dataset.json", "a neighbor whose name begins the same")
    try folder.link("root/out", to: "..")
    try folder.link("root/secret.zip", to: "../secret.txt")
    try folder.link("root/passwd", to: "/etc/passwd")
    let catalog = DatasetCatalog(folder.file("root"))
    for path in [
      "/../secret.txt", "/./../secret.txt", "../secret.txt", "/x/../../secret.txt", "/out/secret.txt", "/secret.zip",
      "/passwd", "//etc/passwd", "/../root-2/dataset.json", "/out/root-2/dataset.json", "/dataset.json\0",
      "/\0", "/dataset.json\0.zip", "", "/", "/gone", "/dataset.json/", "/..%2fsecret.txt",
    ] {
      #expect(catalog.file(at: path) == nil, "\(path.debugDescription)")
    }
    #expect(catalog.file(at: "/dataset.json") == folder.file("root/dataset.json"))
  }

  @Test func linksInsideAreFollowed() throws {
    try folder.add("pets/chunks/a.zip", "zip")
    try folder.link("animals", to: "pets")
    #expect(catalog.file(at: "/animals/chunks/a.zip") == folder.file("pets/chunks/a.zip"))
  }

  @Test func theRootMayBeALink() throws {
    try folder.add("root/a.zip", "zip")
    try folder.link("link", to: "root")
    #expect(DatasetCatalog(folder.file("link")).file(at: "/a.zip") == folder.file("root/a.zip"))
  }

  @Test func hiddenFilesAreNotGivenOut() throws {
    try folder.add(".env", "KEY=secret")
    try folder.add(".git/config", "secret")
    try folder.add("pets/.cache/a", "secret")
    for path in ["/.env", "/.git/config", "/pets/.cache/a", "/pets/../.env"] {
      #expect(catalog.file(at: path) == nil)
    }
  }

  @Test func addressesElsewhereStayAsTheyAre() {
    let entry = DatasetCatalog.Entry(job: Job(id: "pets"), prefix: "/my%20pets")
    func url(_ url: String) -> String {
      entry.served(ChunkReference(chunkID: "c", chunkIndex: 0, url: url)).url
    }
    #expect(url("chunks/a.zip") == "/my%20pets/chunks/a.zip")
    #expect(url("https://cdn.example.org/a.zip?s=1") == "https://cdn.example.org/a.zip?s=1")
    #expect(url("/shared/a.zip") == "/shared/a.zip")
  }

  @Test func whereThereIsNothingToServeItSaysWhy() throws {
    #expect(throws: PublishError.noDatasets(folder.path)) { try DatasetCatalog(serving: folder.path) }
    let gone = folder.file("gone")
    #expect(throws: PublishError.notAFolder(gone)) { try DatasetCatalog(serving: gone) }
    try folder.add("dataset.json", "{")
    #expect {
      try DatasetCatalog(serving: folder.path)
    } throws: { error in
      "\(error)".hasPrefix("\(folder.file("dataset.json")): it describes no dataset")
    }
    try folder.add("dataset.json", #"{"id": "pets"}"#)
    #expect(try DatasetCatalog(serving: folder.path).entries.count == 1)
  }
}
