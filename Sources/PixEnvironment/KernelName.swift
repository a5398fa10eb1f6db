/// The name that a kernel is chosen by, and its folder's name: in lower case, as Jupyter looks names up.
public struct KernelName: Equatable, Sendable, CustomStringConvertible {
  public static let standard = KernelName(known: "pixcrawler")

  public let description: String

  /// Nil for what Jupyter does not take: letters, digits, `-`, `_` and `.` only, and no hidden folder.
  public init?(_ text: String) {
    let name = text.lowercased()
    guard !name.isEmpty, !name.hasPrefix("."), name.utf8.allSatisfy(Self.isAllowed) else { return nil }
    self.init(known: name)
  }

  private init(known name: String) { description = name }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
      UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
