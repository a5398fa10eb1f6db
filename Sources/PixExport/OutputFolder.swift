import CDisk
import Glibc

/// The folder everything is written below. No link that lies in it is ever followed.
final class OutputFolder {
  /// What a file is called while it is written: one at a time.
  private static let aside = ".pixcrawler.partial"

  let path: String
  private let descriptor: Int32

  init(_ path: String) throws(ExportError) {
    self.path = path
    descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, code: errno) }
  }

  deinit { close(descriptor) }

  /// Writes a file aside and gives it its name when it is whole.
  ///
  /// - Parameters:
  ///   - path: below this folder; its folders are made.
  ///   - isDurable: whether to wait until the disk has it; `sync` does that for many.
  func write(
    _ path: String, isDurable: Bool, _ fill: (OutputFile) throws(ExportError) -> Void
  ) throws(ExportError) {
    let names = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    let folder = try enter(names.dropLast())
    defer { leave(folder) }
    do throws(ExportError) {
      // A killed run may have left one.
      unlinkat(descriptor, OutputFolder.aside, 0)
      let file = try open(OutputFolder.aside, flags: O_WRONLY | O_CREAT | O_EXCL, shownAs: path)
      try fill(file)
      if isDurable { try file.sync() }
      // This replaces a link of that name, not what it leads to.
      guard renameat(descriptor, OutputFolder.aside, folder, names.last ?? "") == 0 else { throw failure(path) }
      if isDurable, fsync(folder) != 0 { throw failure(path) }
    } catch {
      unlinkat(descriptor, OutputFolder.aside, 0)
      throw error
    }
  }

  /// A file right in this folder.
  func open(_ name: String, flags: Int32, shownAs path: String? = nil) throws(ExportError) -> OutputFile {
    let file = openat(descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failure(path ?? name) }
    return OutputFile(file, "\(self.path)/\(path ?? name)")
  }

  /// Waits until the disk has all that was written.
  func sync() throws(ExportError) {
    guard pix_sync_file_system(descriptor) == 0 else { throw .file(path: path, code: errno) }
  }

  /// A descriptor of the folder, made where it is not there; to be given to `leave`.
  private func enter(_ names: ArraySlice<String>) throws(ExportError) -> Int32 {
    var folder = descriptor
    var path = self.path
    for name in names {
      path += "/" + name
      let isThere = mkdirat(folder, name, 0o777) == 0 || errno == EEXIST
      let next = isThere ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1
      let code = errno
      leave(folder)
      guard next >= 0 else { throw .file(path: path, code: code) }
      folder = next
    }
    return folder
  }

  private func leave(_ folder: Int32) { if folder != descriptor { close(folder) } }

  private func failure(_ name: String) -> ExportError { .file(path: "\(path)/\(name)", code: errno) }
}
