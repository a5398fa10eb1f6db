import FlyingSocks
import Glibc
import Testing

@testable import PixPublish

@Suite struct PromptSocketPoolTests {
  private struct ReadyPool: AsyncSocketPool {
    func prepare() async throws {}
    func run() async throws {}
    func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {}
  }

  @Test func whatWaitsInItSendsAtOnce() async throws {
    let socket = try Socket(domain: AF_INET)
    defer { try? socket.close() }
    #expect(isPrompt(socket) == false)
    try await PromptSocketPool(pool: ReadyPool()).suspendSocket(socket, untilReadyFor: .read)
    #expect(isPrompt(socket))
  }

  private func isPrompt(_ socket: Socket) -> Bool {
    var value: CInt = 0
    var size = socklen_t(MemoryLayout.size(ofValue: value))
    getsockopt(socket.file.rawValue, CInt(IPPROTO_TCP), TCP_NODELAY, &value, &size)
    return value != 0
  }
}
