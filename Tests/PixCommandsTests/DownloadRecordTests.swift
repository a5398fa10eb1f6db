import Testing

@testable import PixCommands
@testable import PixExport

@Suite struct DownloadRecordTests {
  @Test func aDownloadThatMissesSomething() {
    let report = ExportReport(
      path: "datasets/pets", format: .images, images: 3, chunks: 2, bytesFetched: 1234, wasComplete: false,
      missing: [
        MissingImage(chunk: "a", entry: "cat/1.jpg", reason: "broken"),
        MissingImage(chunk: "b", entry: nil, reason: "gone"),
      ], renamed: 1)
    #expect(
      JSONText(DownloadRecord(report)).text == """
        {
          "bytes_fetched" : 1234,
          "chunks" : 2,
          "complete" : true,
          "format" : "images",
          "images" : 3,
          "missing" : [
            {
              "chunk" : "a",
              "entry" : "cat/1.jpg",
              "reason" : "broken"
            },
            {
              "chunk" : "b",
              "entry" : null,
              "reason" : "gone"
            }
          ],
          "path" : "datasets/pets",
          "plan" : null,
          "renamed" : 1
        }
        """)
  }

  @Test func aDryRunThatKnowsLittle() {
    let plan = ExportPlan(
      path: "datasets/pets", format: .numpy, images: nil, chunks: 2, chunksHere: 1, bytesToFetch: nil,
      diskBytes: nil, diskFree: 99)
    #expect(
      JSONText(DownloadRecord(plan, path: plan.path, plan.format)).text == """
        {
          "bytes_fetched" : null,
          "chunks" : 2,
          "complete" : false,
          "format" : "numpy",
          "images" : null,
          "missing" : [

          ],
          "path" : "datasets/pets",
          "plan" : {
            "bytes_free" : 99,
            "bytes_to_fetch" : null,
            "bytes_to_write" : null,
            "chunks_here" : 1
          },
          "renamed" : null
        }
        """)
  }
}
