import FlyingFox
import Foundation

/// One file as HTTP shows it: ranges, validators, and a body read in pieces.
struct ServedFile {
  static let pieceBytes = 256 << 10

  private let path: String
  private let size: Int
  private let eTag: String
  private let lastModified: String

  /// Nil when there is no regular file.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.path = path
    size = Int(status.st_size)
    let nanoseconds = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    eTag = "\"\(String(size, radix: 16))-\(String(nanoseconds, radix: 16))\""
    lastModified = ServedFile.date(status.st_mtim.tv_sec)
  }

  func response(to request: HTTPRequest) -> HTTPResponse {
    var headers: HTTPHeaders = [
      .acceptRanges: "bytes", .eTag: eTag, .lastModified: lastModified,
      .contentType: path.hasSuffix(".json") ? "application/json" : "application/zip",
    ]
    if request.headers[.ifNoneMatch] == eTag {
      return HTTPResponse(statusCode: .notModified, headers: headers)
    }
    let condition = request.headers[HTTPHeader("If-Range")]
    let isCurrent = condition == nil || condition == eTag || condition == lastModified
    switch ByteRange(isCurrent ? request.headers[.range] : nil, size: size) {
    case .unsatisfiable:
      headers[.contentRange] = "bytes */\(size)"
      return HTTPResponse(statusCode: .rangeNotSatisfiable, headers: headers)
    case .whole:
      return respond(.ok, headers, 0..<size, to: request)
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
      return respond(.partialContent, headers, range, to: request)
    }
  }

  private func respond(
    _ status: HTTPStatusCode, _ headers: HTTPHeaders, _ range: Range<Int>, to request: HTTPRequest
  ) -> HTTPResponse {
    if request.method == .HEAD || range.isEmpty {
      var headers = headers
      headers[.contentLength] = String(range.count)
      return HTTPResponse(statusCode: status, headers: headers)
    }
    guard
      let body = try? HTTPBodySequence(
        file: URL(fileURLWithPath: path), range: range, suggestedBufferSize: ServedFile.pieceBytes)
    else { return HTTPResponse(statusCode: .notFound) }
    return HTTPResponse(statusCode: status, headers: headers, body: body)
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
