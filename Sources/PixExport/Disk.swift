import Glibc

/// The system's files, with errors that name the path.
enum Disk {
  static func exists(_ path: String) -> Bool { status(of: path) != nil }

  static func size(of path: String) -> Int? {
    guard let status = status(of: path), status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// When it was last written to, in seconds since 1970.
  static func modified(_ path: String) -> Int? { status(of: path).map { $0.st_mtim.tv_sec } }

  /// An absolute path without links, dots and slashes at its end; nil where there is nothing.
  static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  static func makeFolder(_ path: String) throws(ExportError) {
    guard mkdir(path, 0o777) != 0 else { return }
    let code = errno
    guard code == EEXIST else { throw .file(path: path, code: code) }
    guard isFolder(path) else { throw .notAFolder(path) }
  }

  static func makeFolders(_ path: String) throws(ExportError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex { try makeFolders(String(path[..<slash])) }
    try makeFolder(path)
  }

  /// The names in a folder, sorted; none where there is no folder.
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// A file, or a folder with all that is in it; links are removed, not followed.
  static func remove(_ path: String) throws(ExportError) {
    guard let status = status(of: path) else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in names(in: path) { try remove("\(path)/\(name)") }
      guard rmdir(path) == 0 || errno == ENOENT else { throw .file(path: path, code: errno) }
    } else {
      guard unlink(path) == 0 || errno == ENOENT else { throw .file(path: path, code: errno) }
    }
  }

  static func move(_ path: String, to target: String) throws(ExportError) {
    guard rename(path, target) == 0 else { throw .file(path: target, code: errno) }
  }

  /// Gives a file a second name, so that the first may go when the work is noted; where the file system has no such
  /// names, moves it.
  static func share(_ path: String, as target: String) throws(ExportError) {
    try remove(target)
    if link(path, target) == 0 { return }
    try move(path, to: target)
  }

  static func read(_ path: String) throws(ExportError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var slice = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &slice, slice.count)
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw .file(path: path, code: errno)
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: slice[..<count])
    }
  }

  /// Writes a file aside and renames it: who looks meanwhile sees all of it, or what was there before. What a process
  /// that was killed left aside, the next one writes over.
  ///
  /// - Parameter isDurable: whether it outlives a loss of power.
  static func write(_ bytes: [UInt8], to path: String, isDurable: Bool = true) throws(ExportError) {
    let aside = "\(path).new"
    let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw .file(path: aside, code: errno) }
    var failure = bytes.withUnsafeBytes { append($0, to: descriptor) }
    if isDurable, failure == nil, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == nil { failure = errno }
    if failure == nil, rename(aside, path) != 0 { failure = errno }
    if let failure {
      unlink(aside)
      throw .file(path: path, code: failure)
    }
  }

  /// Writes all of `bytes`; what the system says where it cannot.
  static func append(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return nil
  }

  /// Makes a file's bytes, or a folder's names, outlive a loss of power.
  static func synchronize(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Before something is looked at again.
  static func rest() { usleep(100_000) }

  /// Bytes that may still be written where `path` lies, or will lie.
  static func freeBytes(at path: String) -> Int? {
    var path = path
    while !exists(path), let slash = path.lastIndex(of: "/"), slash != path.startIndex { path = String(path[..<slash]) }
    var status = statvfs()
    guard statvfs(exists(path) ? path : ".", &status) == 0 else { return nil }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }
}
