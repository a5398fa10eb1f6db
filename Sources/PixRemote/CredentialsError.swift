/// Why the file of keys is not used or not changed, in one line that says what to do.
public enum CredentialsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Somebody else on the machine may have read it; `mode` in octal.
  case exposed(path: String, mode: String)
  case unreadable(path: String, reason: String)
  case malformed(path: String)
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .exposed(let path, let mode):
      "others can read \(path) (mode \(mode)), so it is not used; close it to them: chmod 600 \(ShellWord(path))"
    case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
    case .malformed(let path): "\(path) is not what pixcrawler login writes; pixcrawler logout removes it"
    case .unwritable(let path, let reason):
      "\(path) cannot be written: \(reason). PIXCRAWLER_API_KEY does without the file"
    }
  }
}
