import Foundation
import Testing

@testable import PixDecode

@Suite struct JSONValueTests {
  /// Decodes and encodes again.
  private func again(_ json: String) throws -> String {
    let value = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  @Test(arguments: [
    "null", "true", "false", "0", "-1", "2.5", "9223372036854775807", "-9223372036854775808", "12345678901234567",
    #""text""#, #""""#, "[]", "{}", #"[1,[2,[null,true,"x"]],{"a":{"b":[]}}]"#, #"{"box":[1,2.5],"class":"кот"}"#,
  ])
  func everyJSONComesBack(_ json: String) throws { #expect(try again(json) == json) }

  @Test func numbersBeyondIntegersAreRounded() throws {
    let number = try #require(Double(try again("123456789012345678901234567890")))
    #expect(number == 1.2345678901234568e29)
    #expect(throws: DecodingError.self) { try again("1e999") }
  }
}
