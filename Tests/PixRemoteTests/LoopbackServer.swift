import Glibc
import PixRemote
import PixThreads

/// A real HTTP server on loopback that answers as the test says: plain sockets, a thread per connection.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    var method: String
    var target: String
    /// By lower-case name.
    var fields: [String: String]
    /// Bytes of the body.
    var bodyLength: Int
    /// Which connection it came on, from 0.
    var connection: Int
    /// How many requests came before it.
    var ordinal: Int

    subscript(name: String) -> String? { fields[name] }
  }

  /// What is put on the wire, and what becomes of the connection then.
  struct Answer: Sendable {
    enum Ending: Sendable { case keepAlive, drop, stall }

    var bytes: [UInt8]
    var ending = Ending.keepAlive

    init(_ head: String, body: [UInt8] = [], ending: Ending = .keepAlive) {
      bytes = Array(head.utf8) + body
      self.ending = ending
    }
  }

  private struct State {
    var requests: [Request] = []
    var connections: Set<Int32> = []
    var connectionCount = 0
    var mostConnections = 0
    var threads: [EngineThread] = []
    var isStopping = false
  }

  let url: String
  private let listener: Int32
  private let state = Monitor(State())
  private let answer: @Sendable (Request) -> Answer

  init(_ answer: @escaping @Sendable (Request) -> Answer) {
    self.answer = answer
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { [listener] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        precondition(bind(listener, pointer, length) == 0 && listen(listener, 512) == 0)
        precondition(getsockname(listener, pointer, &length) == 0)
      }
    }
    url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    let accepting = EngineThread(name: "loopback") { [self] in accept() }
    state.update { $0.threads.append(accepting) }
  }

  var requests: [Request] { state.withLock { $0.requests } }

  /// Connections there have been.
  var connectionCount: Int { state.withLock { $0.connectionCount } }

  /// The most connections there have been at the same time.
  var mostConnections: Int { state.withLock { $0.mostConnections } }

  /// Waits until so many requests have come. Returns whether they have.
  func waits(forRequests count: Int) -> Bool {
    state.wait(atMost: .seconds(30)) { $0.requests.count >= count ? true : nil } ?? false
  }

  /// Waits until no connection is open. Returns whether that is so.
  func waitsForEmptiness() -> Bool {
    state.wait(atMost: .seconds(30)) { $0.connections.isEmpty ? true : nil } ?? false
  }

  /// Runs a test with this server and a loop of its own.
  func serve(_ test: (LoopbackServer, TransferLoop) throws -> Void) throws {
    defer { stop() }
    try withLoop { try test(self, $0) }
  }

  private func stop() {
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
        let ordinal = state.connectionCount
        state.connectionCount += 1
        state.connections.insert(connection)
        state.mostConnections = max(state.mostConnections, state.connections.count)
        state.threads.append(EngineThread(name: "loopback") { [self] in serve(connection, ordinal) })
        return true
      }
      guard goesOn else {
        if connection >= 0 { close(connection) }
        return
      }
    }
  }

  private func serve(_ connection: Int32, _ ordinal: Int) {
    var buffer: [UInt8] = []
    while var request = next(on: connection, &buffer) {
      request.connection = ordinal
      state.update { state in
        request.ordinal = state.requests.count
        state.requests.append(request)
      }
      let answer = answer(request)
      guard send(answer.bytes, to: connection), answer.ending != .drop else { break }
      if answer.ending == .stall { _ = receive(connection, &buffer) }
    }
    state.update { state in
      state.connections.remove(connection)
      close(connection)
    }
  }

  private func next(on connection: Int32, _ buffer: inout [UInt8]) -> Request? {
    let blank = Array("\r\n\r\n".utf8)
    while true {
      if let end = buffer.firstRange(of: blank) {
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
          guard let colon = line.firstIndex(of: ":") else { continue }
          fields[line[..<colon].lowercased()] = String(line[colon...].dropFirst().drop { $0 == " " })
        }
        let first = lines[0].split(separator: " ").map(String.init)
        let length = fields["content-length"].flatMap { Int($0) } ?? 0
        while buffer.count < end.upperBound + length { guard receive(connection, &buffer) else { return nil } }
        buffer.removeFirst(end.upperBound + length)
        return Request(
          method: first[0], target: first[1], fields: fields, bodyLength: length, connection: 0, ordinal: 0)
      }
      // What begins otherwise is no HTTP.
      guard receive(connection, &buffer), buffer[0] >= UInt8(ascii: "A") else { return nil }
    }
  }

  private func receive(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
    var part = [UInt8](repeating: 0, count: 4096)
    let count = recv(connection, &part, part.count, 0)
    guard count > 0 else { return false }
    buffer += part[..<count]
    return true
  }

  private func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Glibc.send(
          connection, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }
}

extension LoopbackServer.Answer {
  static func status(
    _ status: Int, _ fields: [String: String] = [:], body: String = "",
    ending: LoopbackServer.Answer.Ending = .keepAlive
  ) -> Self {
    head(status, fields.merging(["Content-Length": "\(body.utf8.count)"]) { own, _ in own }, ending: ending)
      .followed(by: Array(body.utf8))
  }

  static func head(
    _ status: Int, _ fields: [String: String] = [:], ending: LoopbackServer.Answer.Ending = .keepAlive
  ) -> Self {
    let lines = fields.map { "\($0.key): \($0.value)\r\n" }.joined()
    return Self("HTTP/1.1 \(status) Said\r\n\(lines)\r\n", ending: ending)
  }

  func followed(by body: [UInt8]) -> Self {
    var answer = self
    answer.bytes += body
    return answer
  }

  /// A file as a good server sends it, or the part that `request` asks for.
  ///
  /// - Parameters:
  ///   - hasRanges: whether `Range` is heard.
  ///   - drop: the connection ends after so many body bytes.
  static func file(
    _ bytes: [UInt8], to request: LoopbackServer.Request, tag: String? = "\"v1\"", hasRanges: Bool = true,
    dropsAfter drop: Int? = nil
  ) -> Self {
    var fields: [String: String] = [:]
    if let tag { fields["ETag"] = tag }
    var part = bytes[...]
    var status = 200
    let condition = request["if-range"]
    if hasRanges {
      fields["Accept-Ranges"] = "bytes"
      if let range = request["range"], condition == nil || condition == tag {
        let ends = range.dropFirst(6).split(separator: "-").map { Int($0)! }
        guard ends[0] < bytes.count else { return .status(416, ["Content-Range": "bytes */\(bytes.count)"]) }
        part = bytes[ends[0]...min(ends.count > 1 ? ends[1] : .max, bytes.count - 1)]
        status = 206
        fields["Content-Range"] = "bytes \(part.startIndex)-\(part.endIndex - 1)/\(bytes.count)"
      }
    }
    fields["Content-Length"] = "\(part.count)"
    let answer = head(status, fields, ending: drop == nil ? .keepAlive : .drop)
    return answer.followed(by: Array(drop.map { part.prefix($0) } ?? part))
  }
}

/// A loop for the time of a test.
func withLoop(_ test: (TransferLoop) throws -> Void) throws {
  let loop = TransferLoop()
  defer { loop.park() }
  try test(loop)
}

extension ConnectionPolicy {
  /// Patient with a slow machine, and quick to try again.
  static func quick(timeout: Duration = .seconds(30), tries: Int = 3) -> ConnectionPolicy {
    ConnectionPolicy(
      timeout: timeout,
      retry: RetryPolicy(tries: tries, base: .milliseconds(2), ceiling: .milliseconds(10)))
  }
}

/// Bytes in which a stretch that is lost, doubled or moved is seen.
func pattern(_ count: Int) -> [UInt8] {
  let block = patternBlock
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count + block.count)
  for number in 0..<(count + block.count - 1) / block.count {
    bytes += block
    for byte in 0..<3 { bytes[number * block.count + byte] = UInt8(truncatingIfNeeded: number >> (8 * byte)) }
  }
  bytes.removeLast(bytes.count - count)
  return bytes
}

private let patternBlock = (0..<4093).map {
  UInt8(truncatingIfNeeded: (UInt64($0) &* 0x9E37_79B9_7F4A_7C15) >> 37)
}
