/// Why a description or a chunk's bytes could not be had.
public enum RemoteError: Error, Sendable, Equatable {
  /// No connection, a dropped one, or silence for longer than the timeout.
  case network(url: PublicURL, reason: String)
  /// The server's certificate could not be verified.
  case untrusted(url: PublicURL, reason: String)
  /// The server leads from https to a place without it.
  case insecure(url: PublicURL)
  /// The server answered, but not with what was asked for.
  case status(url: PublicURL, status: Int, message: String?, retryAfter: Duration?)
  /// The file changed between two requests for its parts.
  case changed(url: PublicURL, before: String, after: String)
  /// A part was asked for, and the server answers with the whole file only, of so many bytes where it says so.
  case rangeless(url: PublicURL, size: Int?)
  case file(path: String, reason: String)
  /// The document is no dataset description; `reason` names the field.
  case description(url: PublicURL, reason: String)
  /// There is no dataset at this path.
  case nowhere(reason: String)
  /// The arguments themselves are unusable.
  case source(reason: String)
  case jobNotComplete(job: String, status: String, progress: Int?)
  /// libcurl is not there.
  case transport(reason: String)
  /// The caller stopped waiting.
  case cancelled

  /// Whether the same request may succeed a little later.
  var mayPass: Bool {
    switch self {
    case .network: true
    case .status(_, let status, _, _): [408, 429, 500, 502, 503, 504].contains(status)
    default: false
    }
  }

  /// What the server asked for in `Retry-After`.
  var retryAfter: Duration? {
    if case .status(_, _, _, let retryAfter) = self { retryAfter } else { nil }
  }
}
