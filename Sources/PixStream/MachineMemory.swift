import Glibc

/// What this machine, or the container this process runs in, can still give.
public enum MachineMemory {
  /// Bytes that can be had without ending anybody: free and reclaimable memory and free swap, and no more than the
  /// process's control groups allow.
  public static var available: Int { available(read: contents) }

  static func available(read: (String) -> String?) -> Int {
    let fields = table(read("/proc/meminfo") ?? "")
    let machine = fields["MemAvailable:"].map { ($0 + (fields["SwapFree:"] ?? 0)) * 1024 } ?? .max
    return groups(read("/proc/self/cgroup") ?? "").reduce(machine) { least, group in
      let folder = "/sys/fs/cgroup" + group
      guard let limit = number(read(folder + "/memory.max")), let used = number(read(folder + "/memory.current"))
      else { return least }
      let reclaimable = table(read(folder + "/memory.stat") ?? "")["inactive_file"] ?? 0
      return min(least, max(0, limit - max(0, used - reclaimable)))
    }
  }

  /// The process's group and those around it (cgroups version 2).
  private static func groups(_ listing: String) -> [String] {
    guard let line = listing.split(separator: "\n").first(where: { $0.hasPrefix("0::") }) else { return [] }
    let parts = line.dropFirst(3).split(separator: "/")
    return (0...parts.count).map { parts.prefix($0).map { "/" + $0 }.joined() }
  }

  /// Lines of a name and a number.
  private static func table(_ text: String) -> [Substring: Int] {
    var table: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count >= 2, let value = Int(words[1]) { table[words[0]] = value }
    }
    return table
  }

  /// Nil for "max".
  private static func number(_ text: String?) -> Int? { text.flatMap { Int($0.prefix { $0.isNumber }) } }

  private static func contents(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 16 << 10)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
