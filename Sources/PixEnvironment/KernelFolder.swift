import FoundationEssentials
import Glibc

/// The folder of one kernel among Jupyter's: `kernels/NAME` with its `kernel.json`.
public struct KernelFolder: Sendable {
  public let path: String
  private let base: String
  private let file: String

  public init(_ name: KernelName, in jupyter: JupyterFolder) {
    base = jupyter.base
    path = "\(jupyter.path)/kernels/\(name)"
    file = "\(path)/kernel.json"
  }

  private enum Contents { case nothing, ours, others }

  private var contents: Contents {
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil { return .others }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      return FileManager.default.fileExists(atPath: path) ? .others : .nothing
    }
    guard let data = FileManager.default.contents(atPath: file) else { return names.isEmpty ? .nothing : .others }
    return KernelSpec(json: Array(data)) == nil ? .others : .ours
  }

  /// Puts the kernel there, or in the place of one of ours.
  public func install(_ spec: KernelSpec) throws(EnvironmentError) {
    guard contents != .others else { throw .otherKernel(path) }
    try makeFolders()
    guard FileReplacement.write(spec.json, to: file) else { throw unwritable }
  }

  /// Takes the kernel away, with folders that are empty then; false where there is none.
  public func remove() throws(EnvironmentError) -> Bool {
    switch contents {
    case .nothing: return false
    case .others: throw .otherKernel(path)
    case .ours: break
    }
    guard unlink(file) == 0 else { throw unwritable }
    unlink(FileReplacement.aside(file))
    var folder = path[...]
    while folder.count > base.count, rmdir(String(folder)) == 0, let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
    }
    return true
  }

  private func makeFolders() throws(EnvironmentError) {
    for end in path.indices.dropFirst() where path[end] == "/" {
      guard mkdir(String(path[..<end]), 0o755) == 0 || errno == EEXIST else { throw unwritable }
    }
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw unwritable }
  }

  private var unwritable: EnvironmentError {
    .unwritable(path: path, reason: String(cString: strerror(errno)))
  }
}
