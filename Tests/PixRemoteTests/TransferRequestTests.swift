import Testing

@testable import PixRemote

@Suite struct TransferRequestTests {
  @Test func aPlainRequestAsksForTheWholeFileWithoutAKey() {
    let request = TransferRequest(.remote(url: "http://host/x"), policy: ConnectionPolicy())
    #expect(request.method == .get)
    #expect(request.key == nil && request.range == nil && request.renewal == nil)
    #expect(!request.startsOver && !request.refusesWhole)
    #expect(request.expected == nil && request.links == nil)
  }
}
