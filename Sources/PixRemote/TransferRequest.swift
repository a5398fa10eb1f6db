/// What to fetch and how.
public struct TransferRequest: Sendable {
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  public var resource: Resource
  public var method: Method
  /// Sent with this very request; the caller has checked that the resource's origin may see it.
  public var key: APIKey?
  /// The part of the file that is wanted; up to its end when the upper bound is `Int.max`.
  public var range: Range<Int>?
  /// Whether only `range` will do: a server that answers with the whole file instead is heard no further, and the
  /// transfer ends with `RemoteError.rangeless`.
  public var refusesWhole = false
  /// The file as it was when its other parts were read; another one ends the transfer with `RemoteError.changed`.
  public var expected: ResponseHead?
  public var policy: ConnectionPolicy
  /// Where a fresh link is asked for when the server no longer takes this one.
  var renewal: LinkRenewal?
  /// Where fresh links to this file are kept for its other transfers.
  public var links: LinkShelf?
  /// Told on the transfer thread why a connection failed, and how long the pause is before the next one.
  public var onRetry: (@Sendable (RemoteError, Duration) -> Void)?
  /// Whether a new try begins the answer again, as it must where every answer is made afresh.
  var startsOver = false

  public init(
    _ resource: Resource, method: Method = .get, key: APIKey? = nil, range: Range<Int>? = nil,
    policy: ConnectionPolicy
  ) {
    self.resource = resource
    self.method = method
    self.key = key
    self.range = range
    self.policy = policy
  }
}
