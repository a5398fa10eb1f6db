/// How often, and after how long, a failed request is tried again.
///
/// Exponential backoff with full jitter: before retry *n* (from 1) a random share, at least half, of
/// `base` × 2ⁿ⁻¹ passes, at most `ceiling`. A server's `Retry-After` (RFC 9110 §10.2.3) outranks that,
/// up to `longestObedience`.
public struct RetryPolicy: Sendable, Equatable {
  /// Tries in all, the first included.
  public var tries: Int
  public var base: Duration
  public var ceiling: Duration
  public var longestObedience: Duration

  public init(
    tries: Int = 3, base: Duration = .milliseconds(500), ceiling: Duration = .seconds(30),
    longestObedience: Duration = .seconds(120)
  ) {
    self.tries = tries
    self.base = base
    self.ceiling = ceiling
    self.longestObedience = longestObedience
  }

  /// The pause before the next try, or nil when there is to be none.
  ///
  /// - Parameters:
  ///   - failures: tries that have failed in a row, the latest included.
  ///   - dice: a random number in 0..<1.
  public func pause(after error: RemoteError, failures: Int, dice: Double) -> Duration? {
    guard error.mayPass, failures < tries else { return nil }
    if let asked = error.retryAfter { return asked <= longestObedience ? asked : nil }
    let backoff = min(base * (1 << min(failures - 1, 20)), ceiling)
    return backoff * (0.5 + dice / 2)
  }
}
