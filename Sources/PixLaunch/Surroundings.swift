import Glibc

extension InterpreterChoice.Surroundings {
  /// This process's own.
  public static var current: InterpreterChoice.Surroundings {
    var environment: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { environment[String(pair[0])] = String(pair[1]) }
      entry += 1
    }
    return InterpreterChoice.Surroundings(
      environment: environment, currentFolder: currentFolder(),
      isExecutable: { path in isKind(path, S_IFREG) && access(path, X_OK) == 0 },
      isFolder: { path in isKind(path, S_IFDIR) })
  }

  private static func currentFolder() -> String {
    guard let folder = getcwd(nil, 0) else { return "/" }
    defer { free(folder) }
    return String(cString: folder)
  }

  private static func isKind(_ path: String, _ kind: mode_t) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == kind
  }
}
