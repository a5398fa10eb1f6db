import Glibc
import PixDecode
import PixRemote
import PixThreads

/// A description of bare zip archives, from their own directories.
struct ArchiveDescription {
  private let paths: [String]
  private let policy: ConnectionPolicy
  private let transfers: TransferLoop

  init(_ paths: [String], policy: ConnectionPolicy, transfers: TransferLoop) {
    self.paths = paths
    self.policy = policy
    self.transfers = transfers
  }

  /// Images are counted by their names' extensions; what they are, their content tells when they are read. Count and
  /// labels are unknown where an archive's directory cannot be read.
  func job(named name: String, keepWaiting: () -> Bool) throws(RemoteError) -> Job {
    var job = Job(id: name, numChunks: paths.count)
    var labels: Set<[UInt8]> = []
    var images = 0
    var isWhole = true
    var bytes = 0
    var chunks: [ChunkReference] = []
    for (index, path) in paths.enumerated() {
      let size = try fileSize(path)
      bytes += size
      chunks.append(
        ChunkReference(
          chunkID: identifier(path), chunkIndex: index, url: path, sizeBytes: size))
      guard let content = try directory(of: path, size: size, keepWaiting: keepWaiting) else {
        isWhole = false
        continue
      }
      let rule = LabelRule(metadata: try? content.metadata?.get())
      for entry in content.directory.entries
      where EntryRole(entry.name) == .candidate && EntryRole.promisesImage(entry.name) {
        images += 1
        if case .text(let label)? = rule.label(of: entry.name) { labels.insert(Array(label.utf8)) }
      }
    }
    job.chunks = chunks
    job.sizeBytes = bytes
    if isWhole {
      job.numImages = images
      job.labels = labels.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    }
    return job
  }

  private func identifier(_ path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".zip") ? String(file.dropLast(4)) : file
  }

  private func fileSize(_ path: String) throws(RemoteError) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .file(path: path, reason: String(cString: strerror(errno)))
    }
    return Int(status.st_size)
  }

  /// Nil when the archive has no readable directory: reading it will tell why.
  private func directory(
    of path: String, size: Int, keepWaiting: () -> Bool
  ) throws(RemoteError) -> DirectoryPeek.Content? {
    let answer = Monitor<DirectoryPeek.Content??>(nil)
    let policy = policy
    let peek = DirectoryPeek(
      size: size, longest: ChunkMetadata.longest, transfers: transfers,
      request: { range in TransferRequest(.file(path: path), range: range, policy: policy) },
      done: { result in answer.update { $0 = .some(try? result.get()) } })
    transfers.perform { peek.start() }
    while true {
      if let result = answer.wait(atMost: .milliseconds(50), for: { $0 }) { return result }
      guard keepWaiting() else {
        transfers.perform { peek.stop() }
        throw .cancelled
      }
      transfers.goOn()
    }
  }
}
