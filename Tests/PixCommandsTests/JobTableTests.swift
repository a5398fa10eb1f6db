import PixRemote
import Testing

@testable import PixCommands

@Suite struct JobTableTests {
  private let jobs = [
    Job(
      id: "job_1", name: "pets", progress: 100, numImages: 10000, sizeBytes: 2_500_000_000,
      createdAt: "2025-10-30T12:00:00Z"),
    Job(id: "a long id\n\u{1B}[31m", status: "processing", progress: 40),
  ]

  @Test func alignedForPeople() {
    var table = JobTable(for: .people)
    #expect(
      table.text(of: jobs) == """
        ID               STATUS            IMAGES      SIZE  CREATED              NAME
        job_1            completed         10,000    2.5 GB  2025-10-30 12:00:00  pets
        a long id  [31m  processing 40%         -         -  -

        """)
    let next = table.text(of: [Job(id: "x", numImages: 7)])
    #expect(next.split(separator: "\n") == ["x                completed              7         -  -"])
  }

  @Test func plainForScripts() {
    var table = JobTable(for: .scripts)
    #expect(
      table.text(of: jobs) == "job_1\tcompleted\t10000\t2500000000\t2025-10-30T12:00:00Z\tpets\n"
        + "a long id  [31m\tprocessing 40%\t\t\t\t\n")
  }
}
