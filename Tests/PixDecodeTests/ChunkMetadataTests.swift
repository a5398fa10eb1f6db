import Foundation
import Testing

@testable import PixDecode

@Suite struct ChunkMetadataTests {
  private static let malformed = ZipError.malformed(
    offset: 0, reason: "its metadata.json is no object with an \"images\" list")

  private func metadata(_ json: [UInt8]) throws(ZipError) -> ChunkMetadata {
    let copy = UnsafeMutableRawBufferPointer.copied(json)
    defer { copy.deallocate() }
    return try ChunkMetadata(UnsafeRawBufferPointer(copy))
  }

  private func metadata(_ json: String) throws(ZipError) -> ChunkMetadata { try metadata(Array(json.utf8)) }

  private func label(_ json: String) throws -> Label? {
    try metadata(#"{"images": [{"filename": "a", "label": \#(json)}]}"#)["a"]
  }

  @Test(arguments: [
    (#""cat""#, Label.text("cat")), (#""""#, .text("")), (#""7""#, .text("7")), (#""кот 📷""#, .text("кот 📷")),
    (#""\u043a\ud83d\udcf7\u0000""#, .text("к📷\0")), ("7", .integer(7)), ("-1", .integer(-1)), ("0", .integer(0)),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("true", .json("true")),
    ("false", .json("false")), ("2.5", .json("2.5")), ("[]", .json("[]")), ("{}", .json("{}")),
    ("[1, \"a\", null]", .json("[1,\"a\",null]")), (#"["a/b"]"#, .json(#"["a/b"]"#)),
    (
      #"{"class": "cat", "box": [1, 2.5], "ids": [12345678901234567]}"#,
      .json(#"{"box":[1,2.5],"class":"cat","ids":[12345678901234567]}"#)
    ),
  ])
  func labelsOfEveryType(_ json: String, _ expected: Label) throws { #expect(try label(json) == expected) }

  @Test func aHugeNumberIsAFloatingPointOne() throws {
    guard case .json(let text)? = try label("123456789012345678901234567890") else {
      Issue.record("no JSON")
      return
    }
    #expect(Double(text) == 1.2345678901234568e29)
    #expect(throws: Self.malformed) { try label("1e999") }
    #expect(throws: Self.malformed) { try label("-" + String(repeating: "9", count: 100_000)) }
  }

  @Test func oneObjectIsOneLabelInWhateverOrderItsKeysCome() throws {
    let keys = (0..<20).map { "\"k\($0)\": \($0)" }
    #expect(try label("{\(keys.joined(separator: ","))}") == label("{\(keys.reversed().joined(separator: ","))}"))
  }

  @Test func nullAndNothingAreNoLabel() throws {
    #expect(try label("null") == nil)
    #expect(try metadata(#"{"images": [{"filename": "a"}]}"#)["a"] == nil)
    #expect(try metadata(#"{"images": [{"filename": "a", "label": 1}]}"#)["b"] == nil)
    for json in ["{}", #"{"images": null}"#, #"{"images": []}"#, #"{"other": [1, 2]}"#] {
      #expect(try metadata(json)["a"] == nil)
    }
  }

  @Test func theFirstOfDuplicatesCounts() throws {
    let twice = #"{"images": [{"filename": "a", "label": "x"}, {"filename": "a", "label": "y"}]}"#
    #expect(try metadata(twice)["a"] == .text("x"))
    let late = #"{"images": [{"filename": "a"}, {"filename": "a", "label": "y"}]}"#
    #expect(try metadata(late)["a"] == .text("y"))
  }

  @Test func otherFieldsAreOfNoConcern() throws {
    let rich = #"{"version": 3, "images": [{"label": "x", "width": 4, "filename": "a", "tags": [{}]}], "images2": 5}"#
    #expect(try metadata(rich)["a"] == .text("x"))
  }

  @Test(arguments: [
    "", " ", "[]", "null", "7", #""text""#, "{", "{]", #"{"images": {}}"#, #"{"images": 7}"#, #"{"images": "a"}"#,
    #"{"images": [1]}"#, #"{"images": [null]}"#, #"{"images": [[]]}"#, #"{"images": [{}]}"#,
    #"{"images": [{"filename": 7}]}"#, #"{"images": [{"filename": null, "label": "x"}]}"#,
    #"{"images": [{"label": "x"}]}"#, #"{"images": []} trailing"#, #"{"images": [{"filename": "a", "label": nan}]}"#,
    "<html>", "PK\u{3}\u{4}", "\0",
  ])
  func otherShapesAreMalformed(_ json: String) {
    #expect(throws: Self.malformed) { try metadata(json) }
  }

  @Test func bytesThatAreNoUTF8AreMalformed() {
    for bytes: [UInt8] in [
      [0x80], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xFF, 0xFE, 0xFD], [0xF8, 0x88, 0x80, 0x80, 0x80],
    ] {
      let json = Array(#"{"images": [{"filename": "a", "label": ""#.utf8) + bytes + Array(#""}]}"#.utf8)
      #expect(throws: Self.malformed) { try metadata(json) }
      #expect(throws: Self.malformed) { try metadata(bytes) }
    }
  }

  @Test func aByteOrderMarkMayComeFirst() throws {
    let json = Array(#"{"images": [{"filename": "a", "label": "кот"}]}"#.utf8)
    #expect(try metadata([0xEF, 0xBB, 0xBF] + json)["a"] == .text("кот"))
    #expect(throws: Self.malformed) { try metadata([0xEF, 0xBB, 0xBF]) }
  }

  @Test func cutAtEveryByteItIsMalformed() {
    let json = Array(#"{"images": [{"filename": "a/b.jpg", "label": {"x": [1, "\u00e9", null]}}]}"#.utf8)
    for count in 0..<json.count { #expect(throws: Self.malformed) { try metadata(Array(json[..<count])) } }
  }

  @Test func everyByteFlippedEndsInLabelsOrAnError() {
    let json = Array(#"{"images": [{"filename": "a/b.jpg", "label": {"x": [1, "\u00e9", null]}}]}"#.utf8)
    var refused = 0
    for index in json.indices {
      for bit in 0..<8 {
        var flipped = json
        flipped[index] ^= 1 << bit
        do throws(ZipError) { _ = try metadata(flipped) } catch {
          #expect(error == Self.malformed)
          refused += 1
        }
      }
    }
    #expect(refused > json.count * 4)
  }

  @Test(arguments: [
    ("[", "", 100_000), (#"{"a":"#, "", 100_000), ("[", "]", 100_000), (#"{"images":"#, "", 100_000),
    (#"{"images":[{"filename":"a","label":"#, "", 100_000),
  ])
  func deepNestingIsRefusedOnAnEnginesStack(_ open: String, _ close: String, _ depth: Int) throws {
    let json = String(repeating: open, count: depth) + String(repeating: close, count: depth)
    #expect(SmallStack.run { Self.outcome(json) } == "malformed")
    #expect(SmallStack.run { Self.outcome(#"{"images":[{"filename":"a","label":\#(json)}]}"#) } == "malformed")
  }

  /// Whatever depth the decoder lets through, a thread of the engine has the stack for it.
  @Test func everyDepthThatIsReadFitsAnEnginesStack() {
    var read = 0
    for depth in Array(1...40) + Array(stride(from: 50, through: 600, by: 10)) + Array(495...515) {
      for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")] {
        let label = String(repeating: open, count: depth) + "7" + String(repeating: close, count: depth)
        let outcome = SmallStack.run { Self.outcome(#"{"images":[{"filename":"a","label":\#(label)}]}"#) }
        #expect(outcome == label || outcome == "malformed")
        if outcome == label { read += 1 }
      }
    }
    #expect(read >= 100)
  }

  private static func outcome(_ json: String) -> String {
    Array(json.utf8).withUnsafeBytes { bytes in
      guard let metadata = try? ChunkMetadata(bytes) else { return "malformed" }
      guard case .json(let text)? = metadata["a"] else { return "no label" }
      return text
    }
  }
}

/// A thread with the stack that the engine's threads have: 1 MiB.
private enum SmallStack {
  private final class Job: @unchecked Sendable {
    let body: @Sendable () -> String
    var result = ""
    init(_ body: @escaping @Sendable () -> String) { self.body = body }
  }

  static func run(_ body: @escaping @Sendable () -> String) -> String {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, 1 << 20)
    let job = Job(body)
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, &attributes,
      { context in
        let job = Unmanaged<Job>.fromOpaque(context!).takeUnretainedValue()
        job.result = job.body()
        return nil
      }, Unmanaged.passUnretained(job).toOpaque())
    precondition(failure == 0)
    pthread_join(thread, nil)
    return job.result
  }
}
