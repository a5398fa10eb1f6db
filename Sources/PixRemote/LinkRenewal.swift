import FoundationEssentials

/// How a chunk's signed link is replaced when it has run out: the service is asked for a fresh one.
struct LinkRenewal: Sendable, Equatable {
  /// A link that ends sooner than this is not begun with.
  static let margin = 60
  static let longestAnswer = 64 << 10

  /// Where the service hands out the chunk's links.
  var resource: Resource
  /// For the service's own origin.
  var key: APIKey?
  /// When the present link ends, where that is known.
  var expiry: UTCTime?

  /// What a fresh link leads to, and the key if that is the service itself.
  struct Fresh: Sendable, Equatable {
    var resource: Resource
    var key: APIKey?
    var expiry: UTCTime?
  }

  /// Whether the present link has ended or is about to.
  func isDue(now: UTCTime = .now) -> Bool {
    guard let expiry else { return false }
    return expiry.seconds - now.seconds <= LinkRenewal.margin
  }

  /// Whether an answer may mean that the link has ended; some object stores say 400.
  static func mayHelp(after error: RemoteError) -> Bool {
    guard case .status(_, let status, _, _) = error else { return false }
    return [400, 401, 403, 410].contains(status)
  }

  func request(_ policy: ConnectionPolicy) -> TransferRequest {
    var request = TransferRequest(resource, method: .post, key: key, policy: policy)
    request.startsOver = true
    return request
  }

  /// Reads the service's answer; nil when there is no usable link in it.
  func fresh(in answer: [UInt8]) -> Fresh? {
    guard let link = try? JSONDecoder().decode(DownloadLink.self, from: Data(answer)),
      let target = try? resource.resolving(link.downloadURL), let origin = target.origin
    else { return nil }
    return Fresh(
      resource: target, key: origin == resource.origin ? key : nil,
      expiry: link.expiresAt.flatMap { UTCTime(iso8601: $0) })
  }
}
