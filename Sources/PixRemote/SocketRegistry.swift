import CCurl
import Glibc

/// The sockets libcurl has open, so that a forked child can close its copies without a word on the wire.
final class SocketRegistry {
  private var open: Set<Int32> = []

  static let openSocket:
    @convention(c) (UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?) -> Int32 = {
      context, _, address in
      guard let context, let address else { return -1 }
      let socket = pix_curl_open_socket(address)
      if socket >= 0 {
        Unmanaged<SocketRegistry>.fromOpaque(context).takeUnretainedValue().open.insert(socket)
      }
      return socket
    }

  static let closeSocket: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Int32 = { context, socket in
    if let context {
      Unmanaged<SocketRegistry>.fromOpaque(context).takeUnretainedValue().open.remove(socket)
    }
    return close(socket)
  }

  var count: Int { open.count }

  func closeAll() {
    for socket in open { close(socket) }
    open.removeAll()
  }
}
