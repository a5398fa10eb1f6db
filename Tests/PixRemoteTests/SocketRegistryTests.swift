import CCurl
import Glibc
import Testing

@testable import PixRemote

@Suite struct SocketRegistryTests {
  private func open(in registry: SocketRegistry) -> Int32 {
    var address = curl_sockaddr()
    address.family = AF_INET
    address.socktype = Int32(SOCK_STREAM.rawValue)
    return SocketRegistry.openSocket(Unmanaged.passUnretained(registry).toOpaque(), CURLSOCKTYPE_IPCXN, &address)
  }

  /// The far end of a pair tells whether the near one, put in `socket`'s place, has been closed.
  private func pair(at socket: Int32) -> Int32 {
    var ends: [Int32] = [0, 0]
    #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    #expect(dup2(ends[0], socket) == socket)
    close(ends[0])
    return ends[1]
  }

  private func isClosed(_ farEnd: Int32) -> Bool {
    var byte: UInt8 = 0
    return recv(farEnd, &byte, 1, Int32(MSG_DONTWAIT)) == 0
  }

  @Test func socketsAreOpenedForThisProcessOnly() {
    let registry = SocketRegistry()
    let socket = open(in: registry)
    #expect(socket >= 0)
    #expect(fcntl(socket, F_GETFD) & FD_CLOEXEC != 0)
    registry.closeAll()
  }

  @Test func closingAllClosesEachOnce() {
    let registry = SocketRegistry()
    let farEnds = (0..<3).map { _ in pair(at: open(in: registry)) }
    #expect(farEnds.map(isClosed) == [false, false, false])
    registry.closeAll()
    #expect(farEnds.map(isClosed) == [true, true, true])
    for farEnd in farEnds { close(farEnd) }
  }

  @Test func aSocketThatLibcurlClosedIsForgotten() {
    let registry = SocketRegistry()
    let socket = open(in: registry)
    let first = pair(at: socket)
    #expect(SocketRegistry.closeSocket(Unmanaged.passUnretained(registry).toOpaque(), socket) == 0)
    #expect(isClosed(first))
    #expect(registry.count == 0)
    close(first)
  }
}
