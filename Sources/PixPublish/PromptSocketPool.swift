import FlyingSocks
import Glibc

/// A pool whose sockets send at once. Else the body of a small answer, written after its head, waits until the client
/// has acknowledged the head, which takes Linux 40 ms on a connection that is kept.
struct PromptSocketPool<Pool: AsyncSocketPool>: AsyncSocketPool {
  let pool: Pool

  func prepare() async throws { try await pool.prepare() }

  func run() async throws { try await pool.run() }

  /// Every socket comes by here before it is written to: the listening one, whose connections inherit its options, and
  /// each connection when it waits for a request.
  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    var isOn: CInt = 1
    setsockopt(
      socket.file.rawValue, CInt(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout.size(ofValue: isOn)))
    try await pool.suspendSocket(socket, untilReadyFor: events)
  }
}
