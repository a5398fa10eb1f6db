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

  public var contentLength: Int? { fields["content-length"].flatMap { ResponseHead.length($0[...]) } }

  /// Total bytes of the file, whichever part of it this answer carries.
  public var totalLength: Int? { status == 206 ? contentRange?.total : contentLength }

  public var acceptsRanges: Bool { status == 206 || fields["accept-ranges"]?.lowercased() == "bytes" }

  /// What `If-Range` may be given: a strong ETag, else a date (RFC 9110 §13.1.5).
  public var validator: String? {
    strongTag ?? fields["last-modified"]
  }

  /// What tells the file from another one, as in an answer that carries all of it.
  public var identity: ResponseHead {
    var known = fields.filter { ["etag", "last-modified"].contains($0.key) }
    known["content-length"] = totalLength.map(String.init)
    return ResponseHead(status: 200, fields: known)
  }

  private var strongTag: String? {
    fields["etag"].flatMap { $0.isEmpty || $0.hasPrefix("W/") ? nil : $0 }
  }

  /// What shows that a later answer is about another file; nil when nothing does. Like is compared with like: an
  /// answer to `If-Range` may leave out what the first one said.
  func contradiction(of later: ResponseHead) -> (before: String, after: String)? {
    if let before = strongTag, let after = later.strongTag {
      if before != after { return (before, after) }
    } else if let before = fields["last-modified"], let after = later.fields["last-modified"],
      before != after
    {
      return (before, after)
    }
    if let before = totalLength, let after = later.totalLength, before != after {
      return ("\(before) bytes", "\(after) bytes")
    }
    return nil
  }

  /// The place in the file where this answer's body ends.
  var bodyEnd: Int? {
    guard let length = contentLength else { return nil }
    guard status == 206 else { return length }
    guard let range = contentRange, range.last - range.first + 1 == length else { return nil }
    return range.last + 1
  }

  /// `Content-Range: bytes 10-19/100`.
  var contentRange: (first: Int, last: Int, total: Int?)? {
    guard let value = fields["content-range"], value.hasPrefix("bytes ") else { return nil }
    let parts = value.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = ResponseHead.length(ends[0]), let last = ResponseHead.length(ends[1]),
      first <= last, last < .max
    else { return nil }
    if parts[1] == "*" { return (first, last, nil) }
    guard let total = ResponseHead.length(parts[1]), last < total else { return nil }
    return (first, last, total)
  }

  /// Digits only: no sign, and no more than fit.
  private static func length(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  private func trimmed(_ text: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
    var text = text.drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return String(text)
  }
}
