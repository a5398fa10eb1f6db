import Glibc
import PixDecode
import PixThreads

/// A host on loopback that serves files from memory, one thread per connection, and counts what is in flight.
final class ChunkHost: Sendable {
  private struct State {
    var requests: [String] = []
    var inFlight = 0
    var bytesSent = 0
    var exceeded = false
    var connections: Set<Int32> = []
    var threads: [EngineThread] = []
    var isStopping = false
    var cuts = 0
  }

  let url: String
  private let port: UInt16
  private let files: Monitor<[String: [UInt8]]>
  private let hasRanges: Bool
  private let mostInFlight: Int
  private let stalls: Set<String>
  private let cutsAfter: Int?
  private let listener: Int32
  private let state = Monitor(State())

  /// - Parameters:
  ///   - mostInFlight: an answer is held back until no more requests than that are in progress.
  ///   - stalls: requests, as `requests` has them, whose answer is a head and nothing after it.
  ///   - cutsAfter: bytes of a body after which every second answer that is longer ends with its connection.
  init(
    _ files: [String: [UInt8]], hasRanges: Bool = true, mostInFlight: Int = .max,
    stalls: Set<String> = [], cutsAfter: Int? = nil
  ) {
    self.cutsAfter = cutsAfter
    self.files = Monitor(files)
    self.hasRanges = hasRanges
    self.mostInFlight = mostInFlight
    self.stalls = stalls
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    self.listener = listener
    var room: Int32 = 16 << 10
    setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        precondition(bind(listener, pointer, length) == 0 && listen(listener, 512) == 0)
        precondition(getsockname(listener, pointer, &length) == 0)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    url = "http://127.0.0.1:\(port)/"
    let accepting = EngineThread(name: "host") { [self] in accept() }
    state.update { $0.threads.append(accepting) }
  }

  /// What was asked for: "name" or "name first-last".
  var requests: [String] { state.withLock { $0.requests } }
  var bytesSent: Int { state.withLock { $0.bytesSent } }
  /// What the other side has read: bytes that were sent and do not lie in the system's buffers.
  var bytesTaken: Int {
    let sent = bytesSent
    let digits = String(port, radix: 16, uppercase: true)
    let place = ":" + String(repeating: "0", count: 4 - digits.count) + digits + " "
    let table = socketTable()
    let queued = table.split(separator: "\n").filter { $0.contains(place) }.map { line in
      let queues = line.split(separator: " ")[4].split(separator: ":")
      return queues.reduce(0) { $0 + (Int($1, radix: 16) ?? 0) }
    }
    return sent - queued.reduce(0, +)
  }

  private func socketTable() -> String {
    let descriptor = open("/proc/self/net/tcp", O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    var text: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = read(descriptor, &part, part.count), count > 0 { text += part[..<count] }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether there were more requests at a time than allowed, and they did not become fewer in seconds.
  var exceeded: Bool { state.withLock { $0.exceeded } }

  /// Puts another file in the place of one.
  func replace(_ name: String, with bytes: [UInt8]) { files.withLock { $0[name] = bytes } }

  func stop() {
    let threads = state.update { state in
      state.isStopping = true
      shutdown(listener, Int32(SHUT_RDWR))
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
      defer { state.threads = [] }
      return state.threads
    }
    for thread in threads { thread.join() }
    close(listener)
  }

  private func accept() {
    while true {
      let connection = Glibc.accept(listener, nil, nil)
      let goesOn = state.update { state in
        guard connection >= 0, !state.isStopping else { return false }
        state.connections.insert(connection)
        state.threads.append(EngineThread(name: "host") { [self] in serve(connection) })
        return true
      }
      if !goesOn {
        if connection >= 0 { close(connection) }
        return
      }
    }
  }

  private func serve(_ connection: Int32) {
    while let (name, range) = nextRequest(connection) {
      let request = name + (range.map { " \($0.lowerBound)-\($0.upperBound)" } ?? "")
      state.update { state in
        state.requests.append(request)
        state.inFlight += 1
      }
      let isFew = state.wait(atMost: .seconds(5)) { $0.inFlight <= mostInFlight || $0.isStopping ? true : nil }
      if isFew == nil { state.update { $0.exceeded = true } }
      let isSent = answer(connection, name, range, stalls: stalls.contains(request))
      state.update { $0.inFlight -= 1 }
      guard isSent else { break }
    }
    state.update { state in
      state.connections.remove(connection)
      close(connection)
    }
  }

  private func nextRequest(_ connection: Int32) -> (String, ClosedRange<Int>?)? {
    var buffer: [UInt8] = []
    while !buffer.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
      var part = [UInt8](repeating: 0, count: 4096)
      let count = recv(connection, &part, part.count, 0)
      guard count > 0 else { return nil }
      buffer += part[..<count]
    }
    let lines = String(decoding: buffer, as: UTF8.self).split(separator: "\r\n")
    let name = String(lines[0].split(separator: " ")[1].dropFirst())
    let size = files.withLock { $0[name] }?.count ?? 0
    for line in lines where hasRanges && line.lowercased().hasPrefix("range: bytes=") {
      let ends = line.dropFirst(13).split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first else { continue }
      return (name, first...max(first, min(ends.count > 1 ? ends[1] : .max, size - 1)))
    }
    return (name, nil)
  }

  private func answer(
    _ connection: Int32, _ name: String, _ range: ClosedRange<Int>?, stalls: Bool
  ) -> Bool {
    guard let file = files.withLock({ $0[name] }) else {
      return send(Array("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n".utf8), connection)
    }
    if let range, range.lowerBound >= file.count {
      return send(Array("HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n".utf8), connection)
    }
    let part = range.map { file[$0] } ?? file[...]
    var head = "HTTP/1.1 \(range == nil ? 200 : 206) Yes\r\nContent-Length: \(part.count)\r\n"
    if hasRanges { head += "Accept-Ranges: bytes\r\n" }
    head += "ETag: \"\(file.withUnsafeBytes { Checksum.crc32(of: $0) })\"\r\n"
    if let range { head += "Content-Range: bytes \(range.lowerBound)-\(range.upperBound)/\(file.count)\r\n" }
    guard send(Array((head + "\r\n").utf8), connection) else { return false }
    if stalls {
      var byte: UInt8 = 0
      _ = recv(connection, &byte, 1, 0)
      return false
    }
    if let cutsAfter, part.count > cutsAfter, isCut() {
      _ = send(Array(part.prefix(cutsAfter)), connection)
      shutdown(connection, Int32(SHUT_RDWR))
      return false
    }
    return send(Array(part), connection)
  }

  private func isCut() -> Bool {
    state.withLock { state in
      state.cuts += 1
      return state.cuts % 2 == 1
    }
  }

  private func send(_ bytes: [UInt8], _ connection: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Glibc.send(
          connection, bytes.baseAddress! + sent, min(bytes.count - sent, 16 << 10), Int32(MSG_NOSIGNAL))
        guard count > 0 else { return false }
        sent += count
        state.update { $0.bytesSent += count }
      }
      return true
    }
  }
}

/// A host for the time of a test.
func withHost(
  _ files: [String: [UInt8]], hasRanges: Bool = true, mostInFlight: Int = .max,
  stalls: Set<String> = [], cutsAfter: Int? = nil, _ test: (ChunkHost) throws -> Void
) throws {
  let host = ChunkHost(
    files, hasRanges: hasRanges, mostInFlight: mostInFlight, stalls: stalls, cutsAfter: cutsAfter)
  defer { host.stop() }
  try test(host)
}
