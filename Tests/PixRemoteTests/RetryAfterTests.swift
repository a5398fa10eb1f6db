import Testing

@testable import PixRemote

@Suite struct RetryAfterTests {
  @Test func seconds() {
    #expect(RetryAfter.parse("0") == .zero)
    #expect(RetryAfter.parse("120") == .seconds(120))
    #expect(RetryAfter.parse("9223372036854775807") == .seconds(86_400 * 365))
  }

  @Test(arguments: [nil, "", "-1", "1.5", "soon", "9223372036854775808", "0x10", "１２"])
  func nothingToObey(field: String?) {
    #expect(RetryAfter.parse(field) == nil)
  }

  @Test func aDateIsTheTimeUntilThen() {
    let now = UTCTime(seconds: 784_111_777 - 90)
    #expect(RetryAfter.parse("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(90))
    #expect(RetryAfter.parse("Sun, 06 Nov 1994 08:00:00 GMT", now: now) == .zero)
    #expect(RetryAfter.parse("Fri, 31 Dec 9999 23:59:59 GMT", now: now) == .seconds(86_400 * 365))
  }

  @Test func aDateWithNumbersThatOverflowIsNone() {
    #expect(RetryAfter.parse("Sun, 06 Nov 1994 9223372036854775807:00:00 GMT") == nil)
  }
}
