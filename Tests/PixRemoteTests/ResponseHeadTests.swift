import Testing

@testable import PixRemote

@Suite struct ResponseHeadTests {
  private func head(_ status: Int, _ fields: [String: String]) -> ResponseHead {
    ResponseHead(status: status, fields: fields)
  }

  private func head(_ fields: [String: String]) -> ResponseHead { head(200, fields) }

  @Test func linesAsTheyStandOnTheWire() {
    var head = ResponseHead(status: 200)
    for line in [
      "ETag: \"a:b\"\r\n", "CONTENT-LENGTH:12\r\n", "X-Spaces: \t  in between  \t\r\n", "no colon\r\n", "\r\n",
      "Empty:\r\n", ": nameless\r\n", "Twice: first\r\n", "twice: second\r\n", "Bare: lf\n", "Glyph: Ünï\r\n",
    ] { head.add(line: line[...]) }
    #expect(head["etag"] == "\"a:b\"")
    #expect(head.contentLength == 12)
    #expect(head["x-spaces"] == "in between")
    #expect(head["empty"] == "")
    #expect(head["twice"] == "second")
    #expect(head["bare"] == "lf")
    #expect(head["glyph"] == "Ünï")
    #expect(head["no colon"] == nil)
  }

  @Test func bytesThatAreNoTextAreStillALine() {
    var head = ResponseHead(status: 200)
    head.add(line: String(decoding: [0x45, 0x54, 0x61, 0x67, 0x3A, 0x22, 0xFF, 0x22, 0x0D, 0x0A], as: UTF8.self)[...])
    #expect(head["etag"]?.hasPrefix("\"") == true)
  }

  @Test(arguments: ["", "-5", "+5", "5 ", "5, 5", "0x5", "9223372036854775808", "1e3", "５"])
  func whatIsNoLength(field: String) {
    #expect(head(["content-length": field]).contentLength == nil)
    #expect(head(["content-length": field]).totalLength == nil)
    #expect(head(["content-length": field]).bodyEnd == nil)
  }

  @Test func theTotalIsTheFilesNotTheParts() {
    #expect(head(["content-length": "9223372036854775807"]).totalLength == .max)
    let part = head(206, ["content-length": "10", "content-range": "bytes 10-19/100"])
    #expect(part.totalLength == 100)
    #expect(part.bodyEnd == 20)
    #expect(part.contentRange! == (10, 19, 100))
    #expect(head(206, ["content-length": "10"]).totalLength == nil)
    #expect(head(200, ["content-length": "10", "content-range": "bytes 10-19/100"]).totalLength == 10)
    let unknown = head(206, ["content-range": "bytes 0-0/*"])
    #expect(unknown.contentRange! == (0, 0, nil))
    #expect(unknown.totalLength == nil)
  }

  @Test(arguments: [
    "", "bytes", "bytes ", "bytes 10-19", "bytes 10-19/", "bytes -19/100", "bytes 10-/100", "bytes */100",
    "bytes 19-10/100", "bytes 10-19/19", "bytes 10-19/-5", "bytes -5-10/100", "bytes +1-19/100", "bytes 1-2/3/4",
    "bytes 1--2/100", "items 10-19/100", "bytes 10-9223372036854775807/*", "bytes 0-99999999999999999999/*",
    "bytes 10-19/99999999999999999999", "bytes a-b/c", "bytes10-19/100", "bytes 10-100/100", "bytes １０-19/100",
  ])
  func whatIsNoContentRange(field: String) {
    let head = head(206, ["content-range": field, "content-length": "10"])
    #expect(head.contentRange == nil)
    #expect(head.totalLength == nil)
    #expect(head.bodyEnd == nil)
  }

  @Test func aBodyWhoseLengthIsNotItsRangesHasNoKnownEnd() {
    #expect(head(206, ["content-range": "bytes 10-19/100", "content-length": "11"]).bodyEnd == nil)
    #expect(head(206, ["content-range": "bytes 10-19/100"]).bodyEnd == nil)
    #expect(head(200, ["content-length": "11"]).bodyEnd == 11)
  }

  @Test func validatorsAreStrongTagsOrDates() {
    #expect(head(["etag": "\"a\"", "last-modified": "then"]).validator == "\"a\"")
    #expect(head(["etag": "W/\"a\"", "last-modified": "then"]).validator == "then")
    #expect(head(["etag": "", "last-modified": "then"]).validator == "then")
    #expect(head(["etag": "W/\"a\""]).validator == nil)
    #expect(head([:]).validator == nil)
  }

  @Test func rangesAreAcceptedWhereTheServerSaysSoOrShowsIt() {
    #expect(head(["accept-ranges": "Bytes"]).acceptsRanges)
    #expect(head(206, [:]).acceptsRanges)
    #expect(!head(["accept-ranges": "none"]).acceptsRanges)
    #expect(!head([:]).acceptsRanges)
  }

  @Test func aPartsIdentityIsThatOfTheWholeFile() {
    let part = head(
      206,
      [
        "content-range": "bytes 0-9/100", "content-length": "10", "etag": "\"a\"", "last-modified": "now",
        "set-cookie": "secret",
      ])
    let whole = head(["content-length": "100", "etag": "\"a\"", "last-modified": "now"])
    #expect(part.identity == whole)
    #expect(whole.identity == whole)
    #expect(head(206, ["content-range": "bytes 0-9/*"]).identity == head([:]))
    #expect(part.identity.contradiction(of: head(206, ["content-range": "bytes 5-9/101"])) != nil)
  }

  @Test func likeIsComparedWithLike() {
    let full = head(["etag": "\"a\"", "last-modified": "then", "content-length": "100"])
    let part = ["content-length": "10", "content-range": "bytes 90-99/100"]
    func after(_ fields: [String: String], _ range: String = "bytes 90-99/100") -> String? {
      full.contradiction(of: head(206, part.merging(fields) { $1 }))?.after
    }
    #expect(after([:]) == nil, "a 206 may leave both validators out")
    #expect(after(["etag": "\"a\"", "last-modified": "later"]) == nil, "the same bytes, copied later")
    #expect(after(["etag": "\"b\"", "last-modified": "then"]) == "\"b\"")
    #expect(after(["last-modified": "then"]) == nil)
    #expect(after(["last-modified": "later"]) == "later")
    #expect(after(["etag": "W/\"b\""]) == nil, "a weak tag says nothing about bytes")
    #expect(after(["content-range": "bytes 90-98/99"]) == "99 bytes")
    #expect(after(["etag": "\"a\"", "content-range": "bytes 90-98/99"]) == "99 bytes")
    #expect(after(["content-range": "bytes 90-99/*"]) == nil)
    #expect(head([:]).contradiction(of: full) == nil)
    #expect(full.contradiction(of: head([:])) == nil)
  }
}
