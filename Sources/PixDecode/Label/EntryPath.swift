/// An entry's name, as folders. Some archivers begin every name with "./".
public struct EntryPath {
  /// Without empty ones and ".".
  public let parts: [Substring]

  public init(_ name: String) {
    parts = name.utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) }.filter { $0 != "." }
  }

  /// The name without "./" before it.
  static func plain(_ name: String) -> String {
    var rest = Substring(name)
    while rest.utf8.starts(with: "./".utf8) { rest = rest[rest.utf8.index(rest.startIndex, offsetBy: 2)...] }
    return String(rest)
  }
}
