import PixRemote
import Testing

@testable import PixStream

@Suite struct NoteReportTests {
  @Test func whatIsLeftOutIsNamed() {
    let note = StreamNote.leftOut(.image(chunk: "c7", entry: "cat/1.jpg", .notAnImage(found: "plain text")))
    #expect(
      NoteReport(note).message == "left out: chunk c7, cat/1.jpg: it is no JPEG, PNG or WebP image but plain text")
  }

  @Test func aRetrySaysWhyAndWhen() {
    let error = RemoteError.network(url: PublicURL("https://h/a.zip?key=secret"), reason: "the connection was closed")
    let message = NoteReport(.retrying(chunk: "c7", after: error, pause: .milliseconds(1240))).message
    #expect(message.hasPrefix("chunk c7: https://h/a.zip could not be reached: the connection was closed"))
    #expect(message.hasSuffix("Trying again in 1.2 s"))
    #expect(!message.contains("secret"))
  }
}
