import Testing

@testable import PixPublish

@Suite struct PublishErrorTests {
  @Test(arguments: [
    (PublishError.notAFolder("photos"), "photos is no folder"),
    (.noImages("photos"), "one folder per class, like photos/cat/1.jpg"),
    (.outputNotEmpty("pets"), "replace the dataset in it with --force"),
    (.noDatasetToReplace("pets"), "no dataset that --force could replace. Choose a new folder"),
    (.outputInsideInput("photos/pets"), "Choose a place outside it"),
    (.file(path: "a.jpg", reason: "Permission denied"), "a.jpg: Permission denied"),
    (.noDatasets("pets"), "pixcrawler pack PHOTOS pets"),
    (.unusableKey, "no client can send this key"),
    (.noAddress("localhost"), "localhost is no IP address. Take --host 127.0.0.1"),
    (.address(host: "127.0.0.1", port: 80, reason: "Address already in use"), "port 80: Address already in use"),
  ])
  func everyTextNamesTheCauseOrTheRemedyInOneLine(error: PublishError, part: String) {
    #expect("\(error)".contains(part))
    #expect(!"\(error)".contains("\n"))
    #expect(!"\(error)".hasSuffix("."))
  }
}
