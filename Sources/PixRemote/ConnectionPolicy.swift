/// How patient and how trusting connections are.
public struct ConnectionPolicy: Sendable, Equatable {
  /// The longest a transfer may stay silent while it is not held back by its reader.
  public var timeout: Duration
  /// Whether https certificates must be valid.
  public var verifiesTLS: Bool
  public var retry: RetryPolicy

  public init(timeout: Duration = .seconds(300), verifiesTLS: Bool = true, retry: RetryPolicy = RetryPolicy()) {
    self.timeout = timeout
    self.verifiesTLS = verifiesTLS
    self.retry = retry
  }

  /// Connecting is given at most half a minute: a host that is not there should not cost `timeout` thrice.
  var connectTimeout: Duration { min(timeout, .seconds(30)) }
}
