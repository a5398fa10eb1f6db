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
    catalog = try DatasetCatalog(serving: folder)
    if let key { do throws(RemoteError) { _ = try APIKey(key) } catch { throw .unusableKey } }
    self.key = key
    self.host = host
    self.port = port
    do {
      let address: any SocketAddress =
        host.contains(":") ? try .inet6(ip6: host, port: port) : try .inet(ip4: host, port: port)
      server = DatasetServer.make(address)
    } catch {
      throw .noAddress(host)
    }
  }

  private static func make(_ address: some SocketAddress) -> HTTPServer {
    HTTPServer(
      address: address, timeout: 60, pool: PromptSocketPool(pool: HTTPServer.defaultPool()), logger: .disabled)
  }

  /// By id, without their chunks.
  public var datasets: [Job] {
    catalog.entries.map { entry in
      var job = entry.job
      job.chunks = nil
      return job
    }
  }

  /// Serves until the task is cancelled. `listening` hears the port once.
  public func run(listening: @escaping @Sendable (Int) -> Void) async throws(PublishError) {
    await server.appendRoute("*") { request in respond(to: request) }
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        group.addTask {
          try await server.waitUntilListening(timeout: 60)
          switch await server.listeningAddress {
          case .ip4(_, let port), .ip6(_, let port): listening(Int(port))
          default: break
          }
        }
        // What fails first, such as a port that is taken, ends the wait for the other.
        for try await _ in group {}
      }
    } catch {
      if Task.isCancelled { return }
      throw .address(host: host, port: Int(port), reason: DatasetServer.reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    if case SocketError.failed(_, let code, _) = error { return String(cString: strerror(code)) }
    return "\(error)"
  }

  // MARK: Routes

  func respond(to request: HTTPRequest) -> HTTPResponse {
    let response = route(request)
    return request.method == .HEAD ? response.withoutBody : response
  }

  private func route(_ request: HTTPRequest) -> HTTPResponse {
    // Split before it is decoded: an id may hold a slash.
    let path = (URLComponents(string: request.target.rawValue)?.percentEncodedPath ?? "")
      .split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
    if path.starts(with: ["api", "v1", "jobs"]) {
      guard isAuthorized(request) else { return refused }
      return api(Array(path.dropFirst(3)), request)
    }
    guard isAuthorized(request) || isSigned(request) else { return refused }
    guard [.GET, .HEAD].contains(request.method) else { return wrongMethod(allowed: "GET, HEAD") }
    guard let file = catalog.file(at: request.path), let served = ServedFile(file) else {
      return failure(.notFound, "there is no file at this path")
    }
    return served.response(to: request)
  }

  private func api(_ path: [String], _ request: HTTPRequest) -> HTTPResponse {
    let isDownload = path.count == 4 && path[1] == "chunks" && path[3] == "download"
    guard isDownload || path.count < 2 || (path.count == 2 && path[1] == "chunks") else {
      return failure(.notFound, "there is no such route")
    }
    guard (isDownload ? [.POST] : [.GET, .HEAD]).contains(request.method) else {
      return wrongMethod(allowed: isDownload ? "POST" : "GET, HEAD")
    }
    guard let id = path.first else { return answer(page(of: datasets, request)) }
    guard let entry = catalog.entry(id) else { return failure(.notFound, "there is no job \(id)") }
    let chunks = (entry.job.chunks ?? []).map(entry.served)
    if isDownload {
      guard let index = Int(path[2]), let chunk = chunks.first(where: { $0.chunkIndex == index }) else {
        return failure(.notFound, "there is no chunk \(path[2])")
      }
      return answer(link(to: chunk))
    }
    if path.count == 2 { return answer(page(of: chunks, request)) }
    var job = entry.job
    job.chunks = chunks
    return answer(job)
  }

  /// A chunk on another host is reached as its dataset says; its links are not this server's to sign.
  private func link(to chunk: ChunkReference) -> Link {
    guard chunk.url.hasPrefix("/") else { return Link(url: chunk.url, expiresAt: chunk.expiresAt) }
    let (url, expires) = signer.link(to: chunk.url, now: Int(Date().timeIntervalSince1970))
    return Link(url: url, expiresAt: Date(timeIntervalSince1970: Double(expires)).ISO8601Format())
  }

  private struct Link: Encodable {
    var url: String
    var expiresAt: String?

    enum CodingKeys: String, CodingKey {
      case url = "download_url"
      case expiresAt = "expires_at"
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
    // The scheme's name in any case (RFC 9110 §11.1).
    guard let given = request.headers[.authorization], given.prefix(7).lowercased() == "bearer " else {
      return false
    }
    return ConstantTime.equal(given.dropFirst(7).trimmingCharacters(in: .whitespaces), key)
  }

  private func isSigned(_ request: HTTPRequest) -> Bool {
    signer.admits(
      request.path, expires: request.query["expires"], signature: request.query["signature"],
      now: Int(Date().timeIntervalSince1970))
  }

  // MARK: Answers

  private var refused: HTTPResponse {
    var response = failure(.unauthorized, "a valid API key is needed: Authorization: Bearer KEY")
    response.headers[HTTPHeader("WWW-Authenticate")] = "Bearer"
    return response
  }

  private func wrongMethod(allowed: String) -> HTTPResponse {
    var response = failure(.methodNotAllowed, "only \(allowed) works here")
    response.headers[HTTPHeader("Allow")] = allowed
    return response
  }

  private func failure(_ status: HTTPStatusCode, _ message: String) -> HTTPResponse {
    answer(["error": ["message": message]], status)
  }

  private func answer(_ body: some Encodable, _ status: HTTPStatusCode = .ok) -> HTTPResponse {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = (try? encoder.encode(body)) ?? Data()
    return HTTPResponse(statusCode: status, headers: [.contentType: "application/json"], body: data)
  }
}

extension HTTPResponse {
  /// The answer to HEAD: what GET would say of the body, without the body.
  fileprivate var withoutBody: HTTPResponse {
    var headers = headers
    if headers[.contentLength] == nil, case .httpBody(let body) = payload, let count = body.count {
      headers[.contentLength] = String(count)
    }
    return HTTPResponse(statusCode: statusCode, headers: headers)
  }
}
