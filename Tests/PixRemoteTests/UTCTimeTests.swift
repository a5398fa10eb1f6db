import Testing

@testable import PixRemote

@Suite struct UTCTimeTests {
  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
  ])
  func httpDates(text: String, seconds: Int) {
    #expect(UTCTime(httpDate: text)?.seconds == seconds)
  }

  @Test(arguments: [
    "", "soon", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
    "Sun, 06 Nov 1969 08:49:37 GMT", "Sun, 06 Nov 10000 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 -1:49:37 GMT",
    "Sun, 06 Nov 1994 9223372036854775807:00:00 GMT", "Sun, 06 Nov 1994 99999999999999999999:00:00 GMT",
    "Sun, 06 Nov 1994 08:9223372036854775807:00 GMT", "Sun, 06 Nov +199 08:49:37 GMT",
  ])
  func whatIsNoHTTPDate(text: String) {
    #expect(UTCTime(httpDate: text) == nil)
  }

  @Test(arguments: [
    "2025-10-30T12:00:00Z", "2025-10-30t12:00:00z", "2025-10-30 12:00:00", "2025-10-30T12:00:00.123456Z",
    "2025-10-30T12:00:00.9", "2025-10-30T12:00:00+00:00", "2025-10-30T14:00:00+02:00",
    "2025-10-30T14:00:00.5+0200", "2025-10-30T02:30:00-09:30", "2025-10-31T00:00:00+12:00",
  ])
  func oneMomentInEveryISOForm(text: String) {
    #expect(UTCTime(iso8601: text)?.seconds == 1_761_825_600)
  }

  @Test(arguments: [
    "", "2025-10-30", "2025-10-30T12:00", "2025-1-030T12:00:00Z", "2025-13-30T12:00:00Z",
    "2025-10-30T12:00:00 CET", "2025-10-30T12:00:00+2", "2025-10-30T12:00:00+25:00", "2025-10-30X12:00:00Z",
    "２０２５-10-30T12:00:00Z", "+025-10-30T12:00:00Z", "2025-10-30T1+:00:00Z", "2025-10-30T12:00:00Z and so on",
    "1761825600", "9223372036854775807999", "2025-10-30T12:00:00+\u{1F552}",
  ])
  func whatIsNoISOTime(text: String) {
    #expect(UTCTime(iso8601: text) == nil)
  }

  @Test func nowIsAfterThisWasWritten() {
    #expect(UTCTime.now > UTCTime(iso8601: "2025-01-01T00:00:00Z")!)
  }
}
