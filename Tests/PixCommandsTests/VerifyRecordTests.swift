import Testing

@testable import PixCommands
@testable import PixExport

@Suite struct VerifyRecordTests {
  @Test func aDamagedFolder() {
    let report = FolderReport(
      path: "/data/pets", format: .zip, files: 3, bytes: 4567,
      damages: [
        FolderDamage(path: "chunks/chunk_0001.zip", place: 1, chunk: "b", reason: "it is not there"),
        FolderDamage(path: "dataset.json", place: nil, chunk: nil, reason: "it is no file"),
      ], missing: [])
    #expect(
      JSONText(VerifyRecord(report, isMended: false)).text == """
        {
          "bytes" : 4567,
          "damaged" : [
            {
              "chunk" : "b",
              "path" : "chunks/chunk_0001.zip",
              "reason" : "it is not there"
            },
            {
              "chunk" : null,
              "path" : "dataset.json",
              "reason" : "it is no file"
            }
          ],
          "files" : 3,
          "format" : "zip",
          "missing" : [

          ],
          "path" : "/data/pets",
          "repaired" : false
        }
        """)
  }
}
