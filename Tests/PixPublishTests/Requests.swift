import FlyingFox
import Foundation

/// Requests as they come off the wire: the target is decoded by the server's own rules.
func request(
  _ target: String, _ method: HTTPMethod = .GET, _ headers: [HTTPHeader: String] = [:]
) -> HTTPRequest {
  let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
  return HTTPRequest(
    method: method, version: .http11,
    target: HTTPRequest.Target(path: parts[0], query: parts.count > 1 ? parts[1] : ""),
    headers: HTTPHeaders(headers), body: HTTPBodySequence())
}

extension HTTPResponse {
  var text: String {
    get async throws { String(decoding: try await bodyData, as: UTF8.self) }
  }

  func decoded<Content: Decodable>(_ type: Content.Type) async throws -> Content {
    try JSONDecoder().decode(type, from: try await bodyData)
  }
}
