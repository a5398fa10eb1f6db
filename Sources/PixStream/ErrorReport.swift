import PixDecode
import PixRemote

/// A dataset error in the words and the kinds its readers know: translated once here, for Python's exceptions and
/// for exit codes alike.
public struct ErrorReport: Sendable, Equatable {
  /// Who reads it: what they can do about it has other names.
  public enum Audience: Sendable {
    case python, commandLine

    func reads(_ python: String, orOnTheCommandLine commandLine: String) -> String {
      self == .python ? python : commandLine
    }
  }

  public enum Kind: Sendable {
    case authentication, notFound, jobNotComplete, download, decompression, network, memory, general
  }

  public var kind: Kind
  /// What failed, why, and what to do.
  public var message: String
  public var chunkID: String?
  public var entry: String?
  /// HTTP status.
  public var status: Int?
  /// Without its query.
  public var url: String?
  /// Percent.
  public var progress: Int?
  public var declared: String?
  public var found: String?

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

extension ErrorReport {
  public init(_ error: DatasetError) { self.init(error, for: .python) }

  public init(_ error: DatasetError, for audience: Audience) {
    switch error {
    case .remote(let error): self.init(error, audience)
    case .keyless(let error, let search):
      self.init(error, audience)
      let said = if case .status(_, _, let said, _) = error { ErrorReport.quote(said) } else { "" }
      message =
        "\(url ?? search.origin) asks for an API key (HTTP \(status ?? 401)\(said)), and none was found: "
        + ErrorReport.places(search, audience)
    case .download(let chunk, let error):
      self.init(error, audience)
      if kind != .authentication { kind = .download }
      chunkID = chunk
      message = "chunk \(chunk): \(message)"
    case .short(let chunk, let declared, let found, let entry):
      self.init(
        .download,
        "chunk \(chunk) was cut short: it ended after \(ErrorReport.grouped(found)) of "
          + "\(ErrorReport.bytes(declared))\(entry.map { ", inside \($0)" } ?? ""). "
          + audience.reads(
            "Iterating over the dataset gives the images before the cut; the file on the server is incomplete",
            orOnTheCommandLine: "The file on the server is incomplete"))
      chunkID = chunk
      self.entry = entry
      self.declared = String(declared)
      self.found = String(found)
    case .archive(let chunk, let error):
      self.init(error, in: chunk, audience)
    case .image(let chunk, let entry, let error):
      self.init(.decompression, "chunk \(chunk), \(entry): \(ErrorReport.reason(error))")
      chunkID = chunk
      self.entry = entry
      if case .tooManyPixels(let width, let height, let limit) = error {
        declared = "\(width)x\(height)"
        found = "limit \(limit)"
      }
    case .count(let chunk, let declared, let found):
      self.init(
        .decompression,
        declared.map {
          "chunk \(chunk) declares \(ErrorReport.count($0)) and its archive holds \(ErrorReport.count(found)). "
            + "The images that are there were read; the dataset's description is wrong or the chunk incomplete"
        } ?? "chunk \(chunk) holds no images (JPEG, PNG or WebP files)")
      chunkID = chunk
      self.declared = declared.map(String.init)
      self.found = String(found)
    case .shapes(let chunk, let first, let firstShape, let other, let otherShape):
      self.init(
        .general,
        "a batch needs images of one shape, but \(first) is \(ErrorReport.shape(firstShape)) and \(other) is "
          + "\(ErrorReport.shape(otherShape)) (height, width, channels). "
          + audience.reads(
            "Pass image_size=(height, width) to load_dataset, which resizes every image while it is decoded; "
              + "iterating over the dataset itself gives every image at its own size",
            orOnTheCommandLine: "--image-size resizes every image while it is decoded; --format images keeps every "
              + "image as it is"))
      chunkID = chunk
      entry = other
      declared = ErrorReport.shape(firstShape)
      found = ErrorReport.shape(otherShape)
    case .misnumbered(let chunk, let declared, let found):
      self.init(
        .decompression,
        "chunk \(chunk) declares \(ErrorReport.count(declared)) and its archive lists \(ErrorReport.count(found)), "
          + "so images cannot be found by their number. "
          + audience.reads("Iterating over the dataset gives the images that are there; ", orOnTheCommandLine: "")
          + "the dataset's description is wrong or the chunk incomplete")
      chunkID = chunk
      self.declared = String(declared)
      self.found = String(found)
    case .noSuchSample(let number, let count):
      self.init(.general, "there is no image \(number): the dataset has \(ErrorReport.count(count)), numbered from 0")
    case .rangeless(let chunk, let needed, let limit):
      self.init(
        .download,
        "chunk \(chunk) lies on a server that gives no parts of a file (HTTP ranges), so to read images by number it "
          + "has to be held whole: \(ErrorReport.bytes(needed)), more than "
          + audience.reads(
            "memory_limit=\(limit). Raise memory_limit, iterate over the dataset in order, or serve it from a host "
              + "with ranges",
            orOnTheCommandLine: "the limit of \(ErrorReport.bytes(limit)). Serve it from a host with ranges"))
      chunkID = chunk
      declared = String(needed)
      found = String(limit)
    case .empty(let dataset):
      self.init(
        .general, "dataset \(dataset) is empty: its description lists no chunks, so there is nothing to read")
    case .memory(let needed, let limit):
      self.init(
        .general,
        "the system has no memory for \(needed.map(ErrorReport.bytes) ?? "a batch this large") "
          + audience.reads(
            "(memory_limit is \(ErrorReport.bytes(limit))); use a smaller batch_size",
            orOnTheCommandLine: "(the limit is \(ErrorReport.bytes(limit))); a smaller --image-size takes less"))
    case .uncounted(let dataset, let declared):
      self.init(
        .decompression,
        "the description of \(dataset) declares \(ErrorReport.count(declared)) in all, and its chunks hold more. "
          + audience.reads(
            "Iterating over the dataset gives all of them; correct num_images in the description to have them as one "
              + "array", orOnTheCommandLine: "Correct num_images in the description"))
      self.declared = String(declared)
    case .arrays(let needed, let available):
      self.init(
        .memory,
        "the images need \(needed.map(ErrorReport.bytes) ?? "more memory than can be addressed") as one array, and "
          + "this machine has \(ErrorReport.bytes(available)) available. "
          + audience.reads(
            "Pass a smaller image_size to load_dataset, or iterate in batches with iter_batches",
            orOnTheCommandLine: "Give a smaller --image-size"))
      declared = needed.map(String.init)
      found = String(available)
    case .unstreamable(let chunk, let entry, let needed, let limit):
      self.init(
        .decompression,
        "chunk \(chunk)\(entry.isEmpty ? "" : ", \(entry)") is stored with its size after the data, and the "
          + "server gives no ranges, so the chunk has to be held whole: \(ErrorReport.bytes(needed)), more than "
          + audience.reads(
            "memory_limit=\(limit). Raise memory_limit, or pack the images with `pixcrawler pack`",
            orOnTheCommandLine: "the limit of \(ErrorReport.bytes(limit)). Pack the images with `pixcrawler pack`"))
      chunkID = chunk
      self.entry = entry
      declared = String(needed)
      found = String(limit)
    case .lateLabels(let chunk, let entry):
      self.init(
        .decompression,
        "chunk \(chunk): metadata.json comes after \(entry) and gives it another label than it was read with, "
          + "and could not be looked at ahead of them. Put metadata.json first, as `pixcrawler pack` does"
      )
      chunkID = chunk
      self.entry = entry
    case .closed: self.init(.general, "this dataset has been closed; load it again with load_dataset")
    case .cancelled: self.init(.general, "interrupted")
    }
  }

  /// Every place where a key was looked for, and how to have one there.
  private static func places(_ search: KeySearch, _ audience: Audience) -> String {
    let file =
      search.fault?.description
      ?? (search.file.isThere
        ? "\(search.file.path) has no key for \(search.origin)" : "there is no \(search.file.path)")
    let looked =
      audience.reads("no api_key was passed", orOnTheCommandLine: "there is no --api-key")
      + ", \(KeySearch.variables.joined(separator: " and ")) are not set, and \(file)"
    guard search.fault == nil else { return looked }
    return looked + ". "
      + audience.reads(
        "Pass api_key, set \(KeySearch.variables[0]), or run pixcrawler login",
        orOnTheCommandLine: "To store one: pixcrawler login")
      + (search.origin == DatasetConfiguration.defaultBaseURL ? "" : " --base-url \(search.origin)")
  }

  private init(_ error: RemoteError, _ audience: Audience) {
    switch error {
    case .network(let url, let reason):
      self.init(.network, "\(url) could not be reached: \(reason). Check the address and the connection")
      self.url = url.description
    case .untrusted(let url, let reason):
      self.init(
        .network,
        "the certificate of \(url) could not be verified: \(reason). For a host you trust, "
          + audience.reads("verify_ssl=False", orOnTheCommandLine: "--insecure") + " skips the check")
      self.url = url.description
    case .insecure(let url):
      self.init(
        .network,
        "\(url) leads to a place without https, and what begins with https stays with it. Give the address that it "
          + "leads to, if you trust the way there")
      self.url = url.description
    case .status(let url, let status, let message, _):
      self.init(status: status, url: url, said: message, audience)
    case .changed(let url, let before, let after):
      self.init(
        .download,
        "\(url) changed while it was read (was \(before), is \(after)). Start again"
          + audience.reads(": the epoch, or the read by number", orOnTheCommandLine: ""))
      self.url = url.description
      declared = before
      found = after
    case .rangeless(let url, _):
      self.init(.download, "\(url) lies on a server that gives no parts of a file (HTTP ranges)")
      self.url = url.description
    case .file(let path, let reason):
      self.init(.download, "\(path): \(reason)")
      url = path
    case .description(let url, let reason):
      self.init(.general, "\(url) is no dataset description this pixcrawler can read: \(reason)")
      self.url = url.description
    case .nowhere(let reason): self.init(.notFound, reason)
    case .source(let reason): self.init(.general, reason)
    case .jobNotComplete(let job, let status, let progress):
      self.init(
        .jobNotComplete,
        ["failed", "cancelled"].contains(status)
          ? "job \(job) is \(status) and will have no dataset"
          : "job \(job) is not complete: \(status), \(progress.map { "\($0) %" } ?? "progress unknown"). "
            + "Try again when it is done"
            + audience.reads("", orOnTheCommandLine: "; pixcrawler list shows how far it is"))
      self.progress = progress
      found = status
    case .transport(let reason): self.init(.network, reason)
    case .cancelled: self.init(.general, "interrupted")
    }
  }

  private static func quote(_ said: String?) -> String { said.map { ": \"\($0)\"" } ?? "" }

  private init(status: Int, url: PublicURL, said: String?, _ audience: Audience) {
    let quote = ErrorReport.quote(said)
    switch status {
    case 401:
      self.init(
        .authentication,
        "the API key was refused by \(url) (HTTP 401\(quote)). "
          + audience.reads(
            "Give a valid api_key or set PIXCRAWLER_API_KEY",
            orOnTheCommandLine: "pixcrawler auth status shows where it comes from; to store a valid one: "
              + "pixcrawler login"))
    case 403:
      self.init(
        .authentication,
        "\(url) is not yours to read (HTTP 403\(quote)). Check the API key and the dataset's id")
    case 404, 410, 422:
      self.init(
        .notFound,
        "there is nothing at \(url) (HTTP \(status)\(quote)). Check the dataset's id or address"
          + audience.reads("", orOnTheCommandLine: "; pixcrawler list shows the ids"))
    case 429:
      self.init(
        .network,
        "\(url) asked to slow down (HTTP 429\(quote)) and went on to after every retry. Try again later")
    case 500...:
      self.init(
        .network, "the server failed at \(url) (HTTP \(status)\(quote)), on every retry. Try again later")
    default:
      self.init(.network, "\(url) answered with HTTP \(status)\(quote)")
    }
    self.status = status
    self.url = url.description
  }

  private init(_ error: ZipError, in chunk: String, _ audience: Audience) {
    self.init(.decompression, "")
    var reason: String
    switch error {
    case .notAnArchive(let start): reason = "it is no zip archive: it starts with \(start)"
    case .cutShort(let entry, let offset):
      reason =
        "the archive ends early, after \(ErrorReport.bytes(offset))\(entry.map { ", inside \($0)" } ?? "")"
        + audience.reads(". Iterating over the dataset gives the images before the cut", orOnTheCommandLine: "")
      self.entry = entry
      found = String(offset)
    case .malformed(let offset, let detail): reason = "the archive is broken at byte \(offset): \(detail)"
    case .checksum(let entry, let declared, let found):
      reason =
        "\(entry) is damaged: CRC-32 declared \(ErrorReport.hex(declared)), found \(ErrorReport.hex(found))"
      (self.entry, self.declared, self.found) = (entry, ErrorReport.hex(declared), ErrorReport.hex(found))
    case .size(let entry, let declared, let found):
      reason = "\(entry) lies about its size: declared \(declared) bytes, found \(found)"
      (self.entry, self.declared, self.found) = (entry, String(declared), String(found))
    case .directoryMismatch(let entry, let field, let declared, let found):
      reason = "\(entry): the central directory declares \(field) \(declared), the entry itself has \(found)"
      (self.entry, self.declared, self.found) = (entry, declared, found)
    case .entryCount(let declared, let found):
      reason = "the central directory declares \(declared) entries, the archive holds \(found)"
      (self.declared, self.found) = (String(declared), String(found))
    case .unsupported(let entry, let detail):
      reason = "\(entry) cannot be read: \(detail)"
      self.entry = entry
    case .unsafeName(let entry, let detail):
      reason = "the name \"\(entry)\" is refused: \(detail)"
      self.entry = entry
    case .bomb(let entry, let compressed, let inflated):
      reason =
        "\(entry) is refused as a zip bomb: \(compressed) compressed bytes that inflate to \(inflated) or more"
      (self.entry, declared, found) = (entry, String(compressed), String(inflated))
    case .needsDirectory(let entry):
      reason = "\(entry) is stored with its size after the data, and no directory tells where it ends"
      self.entry = entry
    }
    message = "chunk \(chunk): \(reason)"
    chunkID = chunk
  }

  private static func reason(_ error: DecodeError) -> String {
    switch error {
    case .notAnImage(let found): "it is no JPEG, PNG or WebP image but \(found)"
    case .malformed(let format, let reason): "the \(format.rawValue) data is broken: \(reason)"
    case .truncated(let format, let rows, let height):
      "the \(format.rawValue) data is truncated: \(rows) of \(height) rows could be decoded"
    case .tooManyPixels(let width, let height, let limit):
      "its header declares \(width) × \(height) pixels, more than the limit of \(limit)"
    }
  }

  private static func bytes(_ count: Int) -> String { "\(grouped(count)) bytes" }
  private static func count(_ images: Int) -> String { images == 1 ? "1 image" : "\(grouped(images)) images" }
  private static func shape(_ shape: ImageShape) -> String { "(\(shape.height), \(shape.width), \(shape.channels))" }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// 12345 → "12,345".
  public static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let grouped = digits.enumerated().map { index, digit in
      index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : String(digit)
    }
    return (number < 0 ? "-" : "") + grouped.joined()
  }
}
