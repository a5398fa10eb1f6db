/// The value of PYTHONPATH with which child processes find the same module.
///
/// In bytes, because paths on Linux need not be UTF-8.
enum ModuleSearchPath {
  /// `folder`, then the user's own entries untouched; an entry is never empty on our account, as that would mean
  /// the current folder.
  static func value(_ folder: [UInt8], before inherited: [UInt8]) -> [UInt8] {
    if inherited.isEmpty { return folder }
    if inherited == folder || inherited.starts(with: folder + [colon]) { return inherited }
    return folder + [colon] + inherited
  }

  /// The user's own entries untouched, without the `folder` that a parent process put first.
  static func value(without folder: [UInt8], _ inherited: [UInt8]) -> [UInt8] {
    if inherited == folder { return [] }
    return inherited.starts(with: folder + [colon]) ? Array(inherited.dropFirst(folder.count + 1)) : inherited
  }

  private static let colon = UInt8(ascii: ":")
}
