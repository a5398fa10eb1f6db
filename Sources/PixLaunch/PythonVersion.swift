/// Major and minor version of a Python.
public struct PythonVersion: Comparable, Hashable, Sendable, CustomStringConvertible {
  public var major: Int
  public var minor: Int

  public init(major: Int, minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// "3.11", "3.11.2", "3.14.0rc1"; nil for anything without two numbers.
  public init?(_ text: String) {
    let parts = text.split(separator: ".")
    guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else {
      return nil
    }
    self.init(major: major, minor: minor)
  }

  public static func < (left: PythonVersion, right: PythonVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }

  public var description: String { "\(major).\(minor)" }
}
