import Crypto
import Glibc
import PixDecode
import PixRemote
import PixStream

/// Whether a file is the chunk that its description promises: its length, and its digest where one is known, else the
/// checksums of all that is in it.
enum ChunkProof {
  /// - Parameter goesOn: asked often; false ends it with `ExportError.cancelled`.
  /// - Returns: the file's SHA-256.
  static func check(
    _ path: String, is chunk: ChunkReference, goesOn: () -> Bool = { true }
  ) throws(Failure) -> String {
    let size = Disk.size(of: path) ?? 0
    if let declared = chunk.sizeBytes, declared != size {
      throw .doubt(.length(chunk: chunk.chunkID, declared: declared, found: size))
    }
    let found: String
    do throws(ExportError) { found = try digest(of: path, goesOn: goesOn) } catch { throw .disk(error) }
    if let declared = chunk.sha256?.lowercased() {
      guard declared == found else {
        throw .doubt(.digest(chunk: chunk.chunkID, declared: declared, found: found))
      }
    } else {
      try checkEntries(of: path, chunk.chunkID, goesOn)
    }
    return found
  }

  /// What an archive's maker did, such as the names in it, is no damage.
  private static func checkEntries(of path: String, _ chunk: String, _ goesOn: () -> Bool) throws(Failure) {
    var reader: ChunkReader
    do throws(ExportError) { reader = try ChunkReader(path) } catch { throw .disk(error) }
    do throws(ZipError) {
      while goesOn(), let item = try reader.next() {
        guard case .refused(_, let error) = item else { continue }
        switch error {
        case .checksum, .size, .malformed: throw error
        default: continue
        }
      }
    } catch { throw .doubt(.dataset(.archive(chunk: chunk, error))) }
    guard goesOn() else { throw .disk(.cancelled) }
  }

  enum Failure: Error {
    case doubt(ChunkDoubt)
    case disk(ExportError)
  }

  static func digest(of path: String, goesOn: () -> Bool = { true }) throws(ExportError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, code: errno) }
    defer { close(descriptor) }
    let slice = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { slice.deallocate() }
    var digest = SHA256()
    while true {
      guard goesOn() else { throw .cancelled }
      let count = Glibc.read(descriptor, slice.baseAddress, slice.count)
      guard count >= 0 else {
        if errno == EINTR { continue }
        throw .file(path: path, code: errno)
      }
      if count == 0 { return digest.finalize().hexadecimal }
      digest.update(bufferPointer: UnsafeRawBufferPointer(rebasing: slice[..<count]))
    }
  }
}
