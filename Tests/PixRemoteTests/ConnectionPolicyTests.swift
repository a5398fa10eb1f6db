import Testing

@testable import PixRemote

@Suite struct ConnectionPolicyTests {
  @Test func connectingTakesAtMostHalfAMinute() {
    #expect(ConnectionPolicy().connectTimeout == .seconds(30))
    #expect(ConnectionPolicy(timeout: .seconds(5)).connectTimeout == .seconds(5))
  }

  @Test func certificatesAreCheckedUnlessSaidOtherwise() {
    #expect(ConnectionPolicy().verifiesTLS)
  }
}
