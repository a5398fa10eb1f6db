import CCurl
import Glibc

/// A file that lives in memory only, for what cannot be read forward and has no ranges.
public final class MemoryFile: Sendable {
  private let descriptor: Int32

  public init() throws(RemoteError) {
    descriptor = pix_memory_descriptor()
    guard descriptor >= 0 else {
      throw .file(path: "memory", reason: String(cString: strerror(errno)))
    }
  }

  deinit { close(descriptor) }

  public var resource: Resource { .file(path: "/proc/self/fd/\(descriptor)") }

  public func append(_ bytes: UnsafeRawBufferPointer) throws(RemoteError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = write(descriptor, rest.baseAddress, rest.count)
      guard written > 0 else {
        if errno == EINTR { continue }
        throw .file(path: "memory", reason: String(cString: strerror(errno)))
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }
}
