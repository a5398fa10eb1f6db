import PixDecode
import PixRemote
import Testing

@testable import PixStream

@Suite struct ErrorReportTests {
  private let url = PublicURL("https://user:hunter2@host/c.zip?signature=s3cr3t#f")
  private let shown = "https://host/c.zip"

  private func report(_ error: DatasetError) -> ErrorReport { ErrorReport(error) }
  private func remote(_ error: RemoteError) -> ErrorReport { ErrorReport(.remote(error)) }
  private func archive(_ error: ZipError) -> ErrorReport { ErrorReport(.archive(chunk: "c7", error)) }
  private func image(_ error: DecodeError) -> ErrorReport {
    ErrorReport(.image(chunk: "c7", entry: "cat/1.jpg", error))
  }

  private func status(_ status: Int, message: String? = "said so") -> RemoteError {
    .status(url: url, status: status, message: message, retryAfter: nil)
  }

  private func expect(
    _ report: ErrorReport, _ kind: ErrorReport.Kind, says fragments: [String], chunk: String? = nil,
    entry: String? = nil, declared: String? = nil, found: String? = nil,
    chunkIsSaid: Bool = true, location: SourceLocation = #_sourceLocation
  ) {
    #expect(report.kind == kind, sourceLocation: location)
    for fragment in fragments + [chunkIsSaid ? chunk : nil, entry].compactMap({ $0 }) {
      #expect(report.message.contains(fragment), "\(report.message)", sourceLocation: location)
    }
    #expect(report.chunkID == chunk, sourceLocation: location)
    #expect(report.entry == entry, sourceLocation: location)
    #expect(report.declared == declared, sourceLocation: location)
    #expect(report.found == found, sourceLocation: location)
    #expect(!report.message.contains("s3cr3t"), sourceLocation: location)
    #expect(!report.message.contains("hunter2"), sourceLocation: location)
    #expect(report.url?.contains("s3cr3t") != true, sourceLocation: location)
  }

  // MARK: Fetching

  @Test func networkFaults() {
    expect(remote(.network(url: url, reason: "no route")), .network, says: [shown, "no route"])
    expect(remote(.untrusted(url: url, reason: "expired")), .network, says: [shown, "expired", "verify_ssl"])
    expect(remote(.transport(reason: "no libcurl")), .network, says: ["no libcurl"])
    #expect(remote(.network(url: url, reason: "")).url == shown)
    #expect(remote(.untrusted(url: url, reason: "")).url == shown)
  }

  @Test(arguments: [
    (401, ErrorReport.Kind.authentication, "PIXCRAWLER_API_KEY"), (403, .authentication, "not yours"),
    (404, .notFound, "nothing"), (422, .notFound, "nothing"), (429, .network, "slow down"),
    (500, .network, "server failed"), (503, .network, "server failed"), (418, .network, "answered"),
  ])
  func statuses(_ code: Int, _ kind: ErrorReport.Kind, _ fragment: String) {
    let report = remote(status(code))
    expect(report, kind, says: [shown, "HTTP \(code)", "\"said so\"", fragment])
    #expect(report.status == code)
    #expect(report.url == shown)
    #expect(!remote(status(code, message: nil)).message.contains("\""))
  }

  @Test func descriptionsAndSources() {
    expect(remote(.description(url: url, reason: "it is no JSON")), .general, says: [shown, "it is no JSON"])
    expect(remote(.nowhere(reason: "x is no dataset")), .notFound, says: ["x is no dataset"])
    expect(remote(.source(reason: "no dataset is named")), .general, says: ["no dataset is named"])
    let file = remote(.file(path: "/data/pets", reason: "Permission denied"))
    expect(file, .download, says: ["/data/pets", "Permission denied"])
    #expect(file.url == "/data/pets")
    expect(remote(.cancelled), .general, says: ["interrupted"])
  }

  @Test func jobsThatAreNotComplete() {
    let running = remote(.jobNotComplete(job: "job_1", status: "running", progress: 42))
    expect(running, .jobNotComplete, says: ["job_1", "running", "42 %", "Try again"], found: "running")
    #expect(running.progress == 42)
    let pending = remote(.jobNotComplete(job: "job_1", status: "pending", progress: nil))
    expect(pending, .jobNotComplete, says: ["progress unknown"], found: "pending")
    for status in ["failed", "cancelled"] {
      let report = remote(.jobNotComplete(job: "job_1", status: status, progress: 10))
      expect(report, .jobNotComplete, says: ["job_1", status, "will have no dataset"], found: status)
    }
  }

  @Test func downloads() {
    let network = report(.download(chunk: "c7", .network(url: url, reason: "reset")))
    expect(network, .download, says: [shown, "reset"], chunk: "c7")
    let refused = report(.download(chunk: "c7", status(403)))
    expect(refused, .authentication, says: ["HTTP 403"], chunk: "c7")
    #expect(refused.status == 403)
    expect(report(.download(chunk: "c7", status(404))), .download, says: ["HTTP 404"], chunk: "c7")
    expect(
      report(.download(chunk: "c7", .changed(url: url, before: "\"v1\"", after: "\"v2\""))), .download,
      says: [shown, "\"v1\"", "\"v2\""], chunk: "c7", declared: "\"v1\"", found: "\"v2\"")
    expect(
      report(.short(chunk: "c7", declared: 12_345, found: 1234, entry: "cat/1.jpg")), .download,
      says: ["cut short", "1,234 of 12,345 bytes"], chunk: "c7", entry: "cat/1.jpg", declared: "12345",
      found: "1234")
    expect(
      report(.short(chunk: "c7", declared: 9, found: 3, entry: nil)), .download, says: ["3 of 9 bytes"],
      chunk: "c7", declared: "9", found: "3")
  }

  // MARK: Reading

  @Test func archives() {
    let entry = "cat/1.jpg"
    expect(
      archive(.notAnArchive(startsWith: "\"<html>\"")), .decompression, says: ["no zip archive", "<html>"],
      chunk: "c7")
    expect(
      archive(.cutShort(entry: entry, offset: 1234)), .decompression, says: ["ends early", "1,234 bytes"],
      chunk: "c7", entry: entry, found: "1234")
    expect(archive(.cutShort(entry: nil, offset: 0)), .decompression, says: ["0 bytes"], chunk: "c7", found: "0")
    expect(
      archive(.malformed(offset: 99, reason: "no record")), .decompression, says: ["byte 99", "no record"],
      chunk: "c7")
    expect(
      archive(.checksum(entry: entry, declared: 0xAB, found: .max)), .decompression,
      says: ["declared 0x000000ab", "found 0xffffffff"], chunk: "c7", entry: entry, declared: "0x000000ab",
      found: "0xffffffff")
    expect(
      archive(.size(entry: entry, declared: 5, found: 6)), .decompression,
      says: ["declared 5 bytes, found 6"], chunk: "c7", entry: entry, declared: "5", found: "6")
    expect(
      archive(.directoryMismatch(entry: entry, field: "name", declared: "a", found: "b")), .decompression,
      says: ["declares name a", "has b"], chunk: "c7", entry: entry, declared: "a", found: "b")
    expect(
      archive(.entryCount(declared: 9, found: 6)), .decompression, says: ["declares 9 entries", "holds 6"],
      chunk: "c7", declared: "9", found: "6")
    expect(
      archive(.unsupported(entry: entry, reason: "it is encrypted")), .decompression,
      says: ["it is encrypted"], chunk: "c7", entry: entry)
    expect(
      archive(.unsafeName(entry: entry, reason: "it is absolute")), .decompression,
      says: ["refused", "it is absolute"], chunk: "c7", entry: entry)
    expect(
      archive(.bomb(entry: entry, compressed: 10, inflated: 9999)), .decompression,
      says: ["zip bomb", "10 compressed", "9999"], chunk: "c7", entry: entry, declared: "10", found: "9999")
    expect(
      archive(.needsDirectory(entry: entry)), .decompression, says: ["size after the data"], chunk: "c7",
      entry: entry)
  }

  @Test func images() {
    let entry = "cat/1.jpg"
    expect(
      image(.notAnImage(found: "plain text")), .decompression,
      says: ["no JPEG, PNG or WebP image but plain text"], chunk: "c7", entry: entry)
    expect(
      image(.malformed(format: .png, reason: "bad filter")), .decompression,
      says: ["the PNG data is broken: bad filter"], chunk: "c7", entry: entry)
    expect(
      image(.truncated(format: .webp, rowsDecoded: 7, height: 240)), .decompression,
      says: ["the WebP data is truncated: 7 of 240 rows"], chunk: "c7", entry: entry)
    expect(
      image(.tooManyPixels(width: 60_000, height: 50_000, limit: 100)), .decompression,
      says: ["60000 × 50000 pixels", "limit of 100"], chunk: "c7", entry: entry, declared: "60000x50000",
      found: "limit 100")
  }

  @Test func counts() {
    expect(
      report(.count(chunk: "c7", declared: 500, found: 1)), .decompression,
      says: ["declares 500 images", "holds 1 image."], chunk: "c7", declared: "500", found: "1")
    expect(
      report(.count(chunk: "c7", declared: nil, found: 0)), .decompression, says: ["holds no images"],
      chunk: "c7", found: "0")
  }

  @Test func numbers() {
    expect(
      report(.misnumbered(chunk: "c7", declared: 500, found: 1)), .decompression,
      says: ["declares 500 images", "lists 1 image", "by their number", "Iterating"], chunk: "c7", declared: "500",
      found: "1")
    expect(
      report(.noSuchSample(number: -7, count: 12_345)), .general, says: ["no image -7", "12,345 images", "from 0"])
    expect(
      report(.rangeless(chunk: "c7", needed: 5000, limit: 1000)), .download,
      says: ["no parts", "5,000 bytes", "memory_limit=1000", "iterate"], chunk: "c7", declared: "5000", found: "1000")
    expect(
      report(.download(chunk: "c7", .rangeless(url: url, size: 9))), .download, says: [shown, "no parts"], chunk: "c7")
  }

  @Test func batches() {
    let error = DatasetError.shapes(
      chunk: "c7", first: "a.jpg", firstShape: ImageShape(height: 24, width: 32), other: "b.png",
      otherShape: ImageShape(height: 10, width: 20))
    expect(
      report(error), .general, says: ["a.jpg is (24, 32, 3)", "b.png is (10, 20, 3)", "image_size=(height, width)"],
      chunk: "c7", entry: "b.png", declared: "(24, 32, 3)", found: "(10, 20, 3)", chunkIsSaid: false)
    expect(
      report(.memory(needed: 12_345_678, limit: 1000)), .general,
      says: ["12,345,678 bytes", "memory_limit is 1,000 bytes", "smaller batch_size"])
    expect(report(.memory(needed: nil, limit: 1000)), .general, says: ["a batch this large"])
    expect(
      report(.uncounted(dataset: "pets", declared: 5)), .decompression,
      says: ["the description of pets declares 5 images", "hold more", "num_images"], declared: "5")
    expect(
      report(.arrays(needed: 12_345_678, available: 1000)), .memory,
      says: ["12,345,678 bytes", "1,000 bytes available", "image_size", "iter_batches"], declared: "12345678",
      found: "1000")
  }

  @Test func whatCannotBeStreamed() {
    expect(
      report(.unstreamable(chunk: "c7", entry: "cat/1.jpg", needed: 5000, limit: 1000)), .decompression,
      says: ["5,000 bytes", "memory_limit=1000", "pixcrawler pack"], chunk: "c7", entry: "cat/1.jpg",
      declared: "5000", found: "1000")
    expect(
      report(.lateLabels(chunk: "c7", entry: "cat/1.jpg")), .decompression,
      says: ["metadata.json comes after", "first"], chunk: "c7", entry: "cat/1.jpg")
  }

  @Test func whatIsOver() {
    expect(report(.empty(dataset: "pets")), .general, says: ["pets is empty", "no chunks"])
    expect(report(.closed), .general, says: ["closed", "load_dataset"])
    expect(report(.cancelled), .general, says: ["interrupted"])
  }

  @Test func numbersAreGroupedInThrees() {
    let numbers = [0, 7, 999, 1000, 12_345, 1_234_567, -1000, -999]
    #expect(
      numbers.map(ErrorReport.grouped) == [
        "0", "7", "999", "1,000", "12,345", "1,234,567", "-1,000", "-999",
      ])
    #expect(ErrorReport.grouped(.min) == "-9,223,372,036,854,775,808")
  }

  // MARK: The command line

  @Test func commandsNameFlagsAndCommands() {
    let words: [(DatasetError, String)] = [
      (.remote(status(401)), "pixcrawler login"), (.remote(status(404)), "pixcrawler list"),
      (.remote(.untrusted(url: url, reason: "expired")), "--insecure"),
      (
        .shapes(
          chunk: "c7", first: "a", firstShape: ImageShape(height: 1, width: 2, channels: 3), other: "b",
          otherShape: ImageShape(height: 2, width: 2, channels: 3)), "--image-size"
      ),
      (.remote(.jobNotComplete(job: "job_1", status: "running", progress: 42)), "42 %"),
      (.rangeless(chunk: "c7", needed: 10, limit: 5), "limit of 5 bytes"),
      (.unstreamable(chunk: "c7", entry: "a", needed: 10, limit: 5), "pixcrawler pack"),
      (.memory(needed: 10, limit: 5), "--image-size"), (.arrays(needed: 10, available: 5), "--image-size"),
      (.uncounted(dataset: "pets", declared: 5), "num_images"),
      (.short(chunk: "c7", declared: 9, found: 3, entry: nil), "9"),
      (.misnumbered(chunk: "c7", declared: 9, found: 3), "description is wrong"),
      (.archive(chunk: "c7", .cutShort(entry: nil, offset: 7)), "ends early"),
      (.remote(.changed(url: url, before: "a", after: "b")), "Start again"),
    ]
    let pythons = [
      "api_key", "verify_ssl", "memory_limit", "image_size", "load_dataset", "Iterating", "batch", "epoch",
    ]
    for (error, word) in words {
      let report = ErrorReport(error, for: .commandLine)
      #expect(report.message.contains(word), "\(report.message)")
      let strangers = pythons.filter { report.message.contains($0) && !report.message.contains("a batch needs") }
      #expect(strangers.isEmpty, "\(report.message)")
      var inPython = ErrorReport(error)
      inPython.message = report.message
      #expect(inPython == report)
    }
  }

  @Test func aMissingKeyNamesEveryPlaceThatWasLookedAt() throws {
    let search = KeySearch(baseURL: "https://host:8443/api/v1", environment: ["HOME": "/none"])
    let error = DatasetError.keyless(status(401), search)
    let places = [
      "PIXCRAWLER_API_KEY", "PIXCRAWLER_SERVICE_KEY", "there is no /none/.config/pixcrawler/credentials.json",
    ]
    let command = ErrorReport(error, for: .commandLine)
    expect(
      command, .authentication,
      says: places + ["--api-key", "\"said so\"", "pixcrawler login --base-url https://host:8443", shown])
    #expect(command.status == 401)
    expect(ErrorReport(error), .authentication, says: places + ["no api_key was passed", "API key"])
  }
}
