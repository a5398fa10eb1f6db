/// What a server said before the bytes.
public struct ResponseHead: Sendable, Equatable {
  public var status: Int
  /// Header fields by lower-case name.
  var fields: [String: String]

  public init(status: Int, fields: [String: String] = [:]) {
    self.status = status
    self.fields = fields
  }

  /// Adds one header line as it stands on the wire.
  mutating func add(line: Substring) {
    guard let colon = line.firstIndex(of: ":") else { return }
    let name = line[..<colon].lowercased()
    fields[name] = trimmed(line[line.index(after: colon)...])
  }

  public subscript(name: String) -> String? { fields[name] }

  public var contentLength: Int? { fields["content-length"].flatMap { Int($0) } }

  /// Total bytes of the file, whichever part of it this answer carries.
  public var totalLength: Int? { status == 206 ? contentRange?.total : contentLength }

  public var acceptsRanges: Bool { status == 206 || fields["accept-ranges"]?.lowercased() == "bytes" }

  /// What `If-Range` may be given: a strong ETag, else a date (RFC 9110 §13.1.5).
  public var validator: String? {
    if let tag = fields["etag"], !tag.hasPrefix("W/") { return tag }
    return fields["last-modified"]
  }

  /// `Content-Range: bytes 10-19/100`.
  var contentRange: (first: Int, total: Int?)? {
    guard let value = fields["content-range"], value.hasPrefix("bytes ") else { return nil }
    let parts = value.dropFirst(6).split(separator: "/")
    guard parts.count == 2, let dash = parts[0].firstIndex(of: "-"), let first = Int(parts[0][..<dash])
    else { return nil }
    return (first, Int(parts[1]))
  }

  private func trimmed(_ text: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
    var text = text.drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return String(text)
  }
}
