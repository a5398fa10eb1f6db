import Glibc

/// A process that downloads, told apart from a later one that got its number.
struct DownloadOwner: Equatable, CustomStringConvertible {
  let host: String
  let process: Int32
  /// In the system's ticks since it started; tells two processes of one number apart.
  let started: String

  static var current: DownloadOwner {
    DownloadOwner(host: hostName, process: getpid(), started: start(of: getpid()) ?? "0")
  }

  private init(host: String, process: Int32, started: String) {
    self.host = host
    self.process = process
    self.started = started
  }

  /// As `description` wrote it.
  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 3, let process = Int32(parts[1]) else { return nil }
    self.init(host: String(parts[0]), process: process, started: String(parts[2]))
  }

  var description: String { "\(host)_\(process)_\(started)" }

  /// Whether it is at work on this machine; nil for another machine's, of which nothing can be known.
  var isAlive: Bool? {
    guard host == DownloadOwner.hostName else { return nil }
    return DownloadOwner.start(of: process) == started
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return String(text.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "-" })
  }

  /// The 22nd field of /proc/PID/stat (proc(5)); the name before may hold anything but ends with the last ")". Nil for
  /// one that has ended, even where its parent has not asked how: in a container, nobody may ever ask.
  private static func start(of process: Int32) -> String? {
    guard let bytes = try? Disk.read("/proc/\(process)/stat"),
      let end = bytes.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
    return fields.count > 19 && !["Z", "X"].contains(fields[0]) ? String(fields[19]) : nil
  }
}
