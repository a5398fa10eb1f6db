import Crypto
import Foundation

/// Links to chunks that work without a key, for a while.
struct LinkSigner: Sendable {
  static let lifetime = 3600

  private let secret = SymmetricKey(size: .bits256)

  /// `path?expires=…&signature=…`, for a percent-encoded path.
  func link(to path: String, now: Int) -> (url: String, expires: Int) {
    let expires = now + LinkSigner.lifetime
    return (
      "\(path)?expires=\(expires)&signature=\(signature(path.removingPercentEncoding ?? path, expires))", expires
    )
  }

  /// Takes the path without percent-encoding: clients may write it in more than one way.
  func admits(_ path: String, expires: String?, signature given: String?, now: Int) -> Bool {
    guard let expires = expires.flatMap({ Int($0) }), expires >= now, let given else { return false }
    return ConstantTime.equal(given, signature(path, expires))
  }

  private func signature(_ path: String, _ expires: Int) -> String {
    HMAC<SHA256>.authenticationCode(for: Data("\(path)\n\(expires)".utf8), using: secret)
      .map { String(format: "%02x", $0) }.joined()
  }
}
