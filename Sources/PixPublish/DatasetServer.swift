import FlyingFox
import FlyingSocks
import Foundation
import PixRemote

/// Serves every dataset below a folder over HTTP: the service's routes, and the files as a static host would.
public struct DatasetServer: Sendable {
  private let catalog: DatasetCatalog
  private let key: String?
  private let signer = LinkSigner()
  private let server: HTTPServer
  private let host: String
  private let port: UInt16

  /// - Parameters:
  ///   - port: 0 lets the system choose.
  ///   - key: what clients must send as a bearer token; nil lets everyone read.
  public init(_ folder: String, host: String, port: UInt16, key: String?) throws(PublishError) {
    catalog = DatasetCatalog(folder)
    guard !catalog.entries.isEmpty else { throw .noDatasets(folder) }
    self.key = key
    self.host = host
    self.port = port
    do {
      let address: any SocketAddress =
        host.contains(":") ? try .inet6(ip6: host, port: port) : try .inet(ip4: host, port: port)
      server = DatasetServer.make(address)
    } catch {
      throw .address(host: host, port: Int(port), reason: "it is no IP address")
    }
  }

  private static func make(_ address: some SocketAddress) -> HTTPServer {
    HTTPServer(address: address, timeout: 60, logger: .disabled)
  }

  public var datasets: [String] { catalog.entries.map(\.job.id) }

  /// Serves until the task is cancelled. `listening` hears the port once.
  public func run(listening: @escaping @Sendable (Int) -> Void) async throws(PublishError) {
    await server.appendRoute("*") { request in respond(to: request) }
    let running = Task { try await server.run() }
    do {
      try await server.waitUntilListening(timeout: 5)
      if case .ip4(_, let port)? = await server.listeningAddress {
        listening(Int(port))
      } else if case .ip6(_, let port)? = await server.listeningAddress {
        listening(Int(port))
      }
      try await running.value
    } catch {
      running.cancel()
      let reason: String
      do {
        try await running.value
        reason = "\(error)"
      } catch let cause as SocketError {
        if case .failed(_, let code, _) = cause {
          reason = String(cString: strerror(code))
        } else {
          reason = "\(cause)"
        }
      } catch let cause { reason = "\(cause)" }
      throw .address(host: host, port: Int(port), reason: reason)
    }
  }

  // MARK: Routes

  func respond(to request: HTTPRequest) -> HTTPResponse {
    let path = request.path.split(separator: "/").map(String.init)
    if path.starts(with: ["api", "v1", "jobs"]) {
      guard isAuthorized(request) else { return refused }
      return api(Array(path.dropFirst(3)), request)
    }
    guard request.method == .GET || request.method == .HEAD else {
      return failure(405, "only GET and HEAD work here")
    }
    guard isAuthorized(request) || isSigned(request) else { return refused }
    guard let file = catalog.file(at: request.path), let served = ServedFile(file) else {
      return failure(404, "there is no file at this path")
    }
    return served.response(to: request)
  }

  private func api(_ path: [String], _ request: HTTPRequest) -> HTTPResponse {
    if path.isEmpty {
      let jobs = catalog.entries.map { entry in
        var job = entry.job
        job.chunks = nil
        return job
      }
      return answer(page(of: jobs, request))
    }
    guard let entry = catalog.entry(path[0]) else { return failure(404, "there is no job \(path[0])") }
    let chunks = (entry.job.chunks ?? []).map { chunk in
      var chunk = chunk
      if !chunk.url.contains("://") { chunk.url = "\(entry.prefix)/\(chunk.url)" }
      return chunk
    }
    switch (request.method, path.count) {
    case (.GET, 1):
      var job = entry.job
      job.chunks = chunks
      return answer(job)
    case (.GET, 2) where path[1] == "chunks": return answer(page(of: chunks, request))
    case (.POST, 4) where path[1] == "chunks" && path[3] == "download":
      guard let index = Int(path[2]), let chunk = chunks.first(where: { $0.chunkIndex == index }) else {
        return failure(404, "there is no chunk \(path[2])")
      }
      let (url, expires) = signer.link(to: chunk.url, now: Int(Date().timeIntervalSince1970))
      return answer([
        "download_url": url, "expires_at": Date(timeIntervalSince1970: Double(expires)).ISO8601Format(),
      ])
    default: return failure(404, "there is no such route")
    }
  }

  private func page<Item: Encodable>(of items: [Item], _ request: HTTPRequest) -> Page<Item> {
    let number = max(1, request.query["page"].flatMap { Int($0) } ?? 1)
    let size = min(1000, max(1, request.query["size"].flatMap { Int($0) } ?? 50))
    let (start, overflow) = (number - 1).multipliedReportingOverflow(by: size)
    return Page(
      items: overflow ? [] : Array(items.dropFirst(start).prefix(size)), total: items.count, page: number,
      size: size, pages: (items.count + size - 1) / size)
  }

  private struct Page<Item: Encodable>: Encodable {
    var items: [Item]
    var total: Int
    var page: Int
    var size: Int
    var pages: Int
  }

  // MARK: Keys

  private func isAuthorized(_ request: HTTPRequest) -> Bool {
    guard let key else { return true }
    guard let given = request.headers[.authorization] else { return false }
    return ConstantTime.equal(given, "Bearer \(key)")
  }

  private func isSigned(_ request: HTTPRequest) -> Bool {
    signer.admits(
      request.path, expires: request.query["expires"], signature: request.query["signature"],
      now: Int(Date().timeIntervalSince1970))
  }

  // MARK: Answers

  private var refused: HTTPResponse {
    var response = failure(401, "a valid API key is needed: Authorization: Bearer KEY")
    response.headers[HTTPHeader("WWW-Authenticate")] = "Bearer"
    return response
  }

  private func failure(_ status: Int, _ message: String) -> HTTPResponse {
    answer(["error": ["message": message]], HTTPStatusCode(status, phrase: ""))
  }

  private func answer(_ body: some Encodable, _ status: HTTPStatusCode = .ok) -> HTTPResponse {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(body)) ?? Data()
    return HTTPResponse(statusCode: status, headers: [.contentType: "application/json"], body: data)
  }
}
