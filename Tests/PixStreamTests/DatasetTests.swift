import PixRemote
import Testing

@testable import PixStream

@Suite struct DatasetTests {
  private func open(_ source: String) throws(DatasetError) -> Dataset {
    try Dataset.open(DatasetConfiguration(source: source, timeout: 30), keepWaiting: { true })
  }

  private func open(description: String) throws -> Dataset {
    let folder = try TestFolder(["dataset.json": Array(description.utf8)])
    return try open(folder.path)
  }

  @Test func aFolderItsDescriptionAndAHostAreTheSame() throws {
    let fixtures = try DatasetFixtures.shared()
    let folder = try open(fixtures.path("good"))
    let document = try open(fixtures.path("good/dataset.json"))
    #expect(folder.job == document.job)
    #expect(folder.imageCount == 9)
    #expect(folder.chunkSize == 6)
    #expect(folder.chunks.map(\.chunkID) == ["chunk_0000", "chunk_0001"])
    let files = ["good/dataset.json": TestArchive.description(["a", "b"])]
    try withHost(files) { host in
      for place in ["good", "good/", "good/dataset.json"] {
        let dataset = try open(host.url + place)
        #expect(dataset.chunks.map(\.chunkID) == ["a", "b"])
      }
    }
  }

  @Test func chunksAreInTheOrderOfTheirIndices() throws {
    let dataset = try open(
      description: """
        {"id": 7, "chunks": [{"chunk_id": "b", "chunk_index": 1, "url": "b.zip", "num_images": 3, "size_bytes": 5},
        {"chunk_id": "a", "chunk_index": 0, "url": "a.zip", "num_images": 2, "size_bytes": 6}]}
        """)
    #expect(dataset.chunks.map(\.chunkID) == ["a", "b"])
    #expect(dataset.job.id == "7")
    #expect(dataset.imageCount == 5)
    #expect(dataset.chunkSize == 3)
    #expect(dataset.sizeBytes == 11)
  }

  @Test func classesAreCountedByTheDescriptionOrByDirectories() throws {
    let fixtures = try DatasetFixtures.shared()
    let good = try open(fixtures.path("good"))
    #expect(good.job.labelCounts == nil)
    let counts = try #require(good.labelCounts { true })
    #expect(counts.values.reduce(0, +) == 9)
    #expect(counts["dog"] == 3)
    #expect(good.labelCounts { false } == nil)
    let bare = try open(fixtures.path("good/chunks"))
    #expect(bare.labelCounts { true } == counts)
    let described = try open(description: #"{"id": "x", "label_counts": {"a": 2}, "chunks": []}"#)
    #expect(described.labelCounts { false } == ["a": 2])
    let gone = #"{"id": "x", "chunks": [{"chunk_id": "a", "chunk_index": 0, "url": "a.zip"}]}"#
    let lost = try open(description: gone)
    #expect(lost.labelCounts { true } == nil)
    try withHost(["dataset.json": Array(gone.utf8)]) { host in
      let remote = try open(host.url)
      #expect(remote.labelCounts { true } == nil)
      #expect(host.requests == ["dataset.json"])
    }
  }

  @Test func jobsAreListed() throws {
    let page = "api/v1/jobs/?page=1&size=100"
    let files = [page: Array(#"{"items": [{"id": "a"}, {"id": 7}]}"#.utf8)]
    try withHost(files) { host in
      var ids: [String] = []
      let add: ([Job]) -> Bool = { jobs in
        ids += jobs.map(\.id)
        return false
      }
      try Dataset.list(DatasetConfiguration(source: "", baseURL: host.url), keepWaiting: { true }, page: add)
      #expect(ids == ["a", "7"])
    }
    try withHost(files, stalls: [page]) { host in
      #expect(throws: DatasetError.cancelled) {
        try Dataset.list(
          DatasetConfiguration(source: "", baseURL: host.url), keepWaiting: { false }, page: { _ in true })
      }
    }
  }

  @Test func aCountThatIsMissingOrImpossibleIsUnknown() {
    #expect(Dataset.total([1, 2]) == 3)
    #expect(Dataset.total([]) == 0)
    #expect(Dataset.total([1, nil]) == nil)
    #expect(Dataset.total([.max, 1]) == nil)
  }

  @Test func aDescriptionThatIsNoneNamesTheField() throws {
    for (document, reason) in [
      ("<html>", "no JSON"), ("{\"chunks\": []}", "\"id\""), ("{\"id\": \"x\"}", "\"chunks\""),
      ("{\"id\": \"x\", \"chunks\": [], \"num_images\": -1}", "num_images"),
      ("{\"id\": \"x\", \"chunks\": [{\"chunk_id\": \"a\", \"chunk_index\": 0}]}", "\"url\""),
      ("{\"id\": \"x\", \"chunks\": [], \"format_version\": 2}", "format_version 2"),
    ] {
      #expect { try open(description: document) } throws: { error in
        guard case DatasetError.remote(.description(_, let said)) = error else { return false }
        return said.contains(reason)
      }
    }
  }

  @Test func aJobThatIsNotCompleteAndAPlaceWithNothingAreErrors() throws {
    let fixtures = try DatasetFixtures.shared()
    #expect(throws: DatasetError.remote(.jobNotComplete(job: "processing", status: "processing", progress: 42))) {
      try open(fixtures.path("processing"))
    }
    #expect {
      try open(fixtures.folder + "/nothing/there")
    } throws: { if case DatasetError.remote(.nowhere) = $0 { true } else { false } }
  }

  @Test func anEmptyDatasetHasNoStream() throws {
    let dataset = try open(description: "{\"id\": \"x\", \"name\": \"pets\", \"chunks\": []}")
    #expect(throws: DatasetError.empty(dataset: "pets")) { try dataset.stream() }
  }

  @Test func whoStopsWaitingIsAnswered() throws {
    try withHost(["dataset.json": TestArchive.description(["a"])], stalls: ["dataset.json"]) { host in
      #expect(throws: DatasetError.cancelled) {
        try Dataset.open(DatasetConfiguration(source: host.url), keepWaiting: { false })
      }
    }
  }

  @Test func aBadKeyIsAnErrorThatDoesNotShowIt() {
    #expect {
      try Dataset.open(DatasetConfiguration(source: "job_1", apiKey: "se cret"), keepWaiting: { true })
    } throws: { error in
      guard let error = error as? DatasetError, case .remote(.source) = error else { return false }
      return !ErrorReport(error).message.contains("cret")
    }
  }
}
