import PixRemote
import Testing

@testable import PixCommands

@Suite struct DatasetReportTests {
  @Test func everyKeyIsThere() {
    #expect(
      JSONText(DatasetReport(Job(id: "job_1", status: "processing"))).text == """
        {
          "chunk_size" : null,
          "created_at" : null,
          "id" : "job_1",
          "label_counts" : null,
          "labels" : null,
          "name" : null,
          "num_chunks" : null,
          "num_images" : null,
          "progress" : null,
          "size_bytes" : null,
          "status" : "processing",
          "version" : null
        }
        """)
  }
}
