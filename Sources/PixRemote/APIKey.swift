/// A secret that prints as dots.
public struct APIKey: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let secret: String

  /// Refuses what no header can carry: an empty key, line breaks and other control characters.
  public init(_ secret: String) throws(RemoteError) {
    guard !secret.isEmpty else { throw .source(reason: "the API key is empty") }
    guard secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .source(reason: "the API key holds a space, a line break or a character outside ASCII")
    }
    self.secret = secret
  }

  var authorization: String { "Bearer \(secret)" }

  public var description: String { "••••" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
