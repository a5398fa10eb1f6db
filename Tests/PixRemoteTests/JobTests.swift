import Foundation
import Testing

@testable import PixRemote

@Suite struct JobTests {
  private func job(_ json: String) throws -> Job { try JSONDecoder().decode(Job.self, from: Data(json.utf8)) }

  @Test func theLeastAJobCanBe() throws {
    #expect(try job(#"{"id": "j"}"#) == Job(id: "j"))
    #expect(try job(#"{"id": 17, "unknown": {"deep": []}, "name": null}"#) == Job(id: "17"))
    #expect(try job(#"{"id": ""}"#).status == "completed")
  }

  @Test func everythingAJobCanSay() throws {
    let said = Job(
      id: "j", name: "pets", version: "2", status: "running", progress: 40, numImages: 10, numChunks: 2, chunkSize: 5,
      sizeBytes: 999, createdAt: "2025-10-30T12:00:00Z", labels: ["cat", "dog"],
      chunks: [ChunkReference(chunkID: "c", chunkIndex: 0, url: "c.zip")])
    #expect(try JSONDecoder().decode(Job.self, from: JSONEncoder().encode(said)) == said)
  }

  @Test func progressIsAPercentage() throws {
    for (text, percent) in [("40.7", 40), ("-3", 0), ("1e300", 100), ("100", 100)] {
      #expect(try job(#"{"id": "j", "progress": \#(text)}"#).progress == percent)
    }
  }

  @Test(arguments: [
    "", "{}", "[]", "null", #"{"id": null}"#, #"{"id": 1.5}"#, #"{"id": []}"#, #"{"id": 99999999999999999999}"#,
    #"{"id": "j", "num_images": -1}"#, #"{"id": "j", "size_bytes": 99999999999999999999}"#,
    #"{"id": "j", "num_chunks": 9223372036854775807}"#, #"{"id": "j", "chunks": {}}"#,
    #"{"id": "j", "labels": [1]}"#, #"{"id": "j", "chunks": [{"chunk_id": "c"}]}"#,
    #"{"id": "j", "format_version": "1"}"#, #"{"id": "j", "progress": "half"}"#,
  ])
  func whatIsNoJob(json: String) {
    #expect(throws: (any Error).self) { try job(json) }
  }

  @Test(arguments: [
    (#"{"cat": 3, "dog": 1}"#, ["cat": 3, "dog": 1]), ("{}", [:]), ("null", nil), ("[]", nil), (#"{"cat": -1}"#, nil),
    (#"{"cat": "3"}"#, nil), (#"{"cat": 3, "dog": 2}"#, nil), (#"{"a": 9223372036854775807, "b": 1}"#, nil),
  ])
  func countsOfLabelsAreTakenWhereTheyCanBeTrue(_ json: String, _ counts: [String: Int]?) throws {
    let text = #"{"id": "j", "num_images": 4, "label_counts": \#(json)}"#
    #expect(try JSONDecoder().decode(Job.self, from: Data(text.utf8)).labelCounts == counts)
  }
}
