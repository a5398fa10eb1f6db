import FlyingFox
import Foundation

/// One file as HTTP shows it: ranges, validators, and a body read in pieces.
struct ServedFile {
  static let pieceBytes = 256 << 10

  private let file: OpenFile
  private let contentType: String
  private let size: Int
  private let eTag: String
  private let lastModified: String

  /// Nil when there is no regular file that can be read.
  init?(_ path: String) {
    guard let file = OpenFile(path) else { return nil }
    self.file = file
    contentType = path.hasSuffix(".json") ? "application/json" : "application/zip"
    size = Int(file.status.st_size)
    let modified = file.status.st_mtim
    let nanoseconds = Int(modified.tv_sec) * 1_000_000_000 + Int(modified.tv_nsec)
    eTag = "\"\(String(size, radix: 16))-\(String(nanoseconds, radix: 16))\""
    lastModified = ServedFile.date(modified.tv_sec)
  }

  func response(to request: HTTPRequest) -> HTTPResponse {
    var headers: HTTPHeaders = [
      .acceptRanges: "bytes", .eTag: eTag, .lastModified: lastModified, .contentType: contentType,
    ]
    if let known = request.headers[.ifNoneMatch], names(known) {
      headers[.contentLength] = String(size)
      return HTTPResponse(statusCode: .notModified, headers: headers)
    }
    switch ByteRange(asksForPart(request) ? request.headers[.range] : nil, size: size) {
    case .unsatisfiable:
      headers[.contentRange] = "bytes */\(size)"
      return HTTPResponse(statusCode: .rangeNotSatisfiable, headers: headers)
    case .whole:
      return HTTPResponse(statusCode: .ok, headers: headers, body: body(0..<size))
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
      return HTTPResponse(statusCode: .partialContent, headers: headers, body: body(range))
    }
  }

  /// Ranges are for GET alone, and for the file the client has a part of already (RFC 9110 §13.1.5, §14.2).
  private func asksForPart(_ request: HTTPRequest) -> Bool {
    let condition = request.headers[HTTPHeader("If-Range")]
    return request.method == .GET && (condition == nil || condition == eTag || condition == lastModified)
  }

  /// Whether an `If-None-Match` field names this file (RFC 9110 §13.1.2).
  private func names(_ field: String) -> Bool {
    field.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      .contains { $0 == "*" || $0 == eTag || $0 == "W/\(eTag)" }
  }

  private func body(_ range: Range<Int>) -> HTTPBodySequence {
    HTTPBodySequence(
      from: FilePieces(file: file, range: range), count: range.count, suggestedBufferSize: ServedFile.pieceBytes)
  }

  /// IMF-fixdate (RFC 9110 §5.6.7).
  private static func date(_ seconds: time_t) -> String {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
