import PixDecode
import PixStream

/// The wanted images of a chunk, as the files they are, in the archive's order.
struct OriginalImages {
  struct Image {
    let entry: ZipEntry
    let label: String?
    let bytes: ByteBuffer
  }

  let chunk: LocalChunk
  let selection: ExportSelection

  /// - Parameter limit: images after which no more are read.
  /// - Returns: what could not be had.
  func forEach(
    atMost limit: Int?, tick: (Int) throws(ExportError) -> Void, _ body: (Image) throws(ExportError) -> Void
  ) throws(ExportError) -> [MissingImage] {
    let chunk = chunk.reference
    var reader = try ChunkReader(self.chunk.file)
    var losses = ChunkLosses(chunk, selection, reader.metadata)
    var images = 0
    /// Wanted or not, good or not.
    var found = 0
    while limit.map({ images < $0 }) ?? true {
      try tick(images)
      let item: ChunkReader.Item?
      do throws(ZipError) { item = try reader.next() } catch {
        losses.add(.archive(chunk: chunk.chunkID, error))
        break
      }
      guard let item else {
        if chunk.numImages.map({ $0 != found }) ?? (found == 0) {
          losses.add(.count(chunk: chunk.chunkID, declared: chunk.numImages, found: found))
        }
        break
      }
      switch examine(item) {
      case nil: continue
      case .failure(let error)?:
        found += EntryRole(error.entry) == .candidate ? 1 : 0
        losses.add(error.reason, entry: error.entry)
      case .success(let (entry, bytes))?:
        found += 1
        let labels = LabelRule(metadata: reader.metadata, chunkLabel: chunk.label)
        let label = labels.label(of: entry.name)?.text
        guard selection.admits(label) else { continue }
        try body(Image(entry: entry, label: label, bytes: bytes))
        images += 1
      }
    }
    return losses.missing
  }

  private struct Loss: Error {
    let entry: String
    let reason: DatasetError
  }

  /// An image, one that cannot be had, or nil for what is none and does not promise to be one: as when it is streamed.
  private func examine(_ item: ChunkReader.Item) -> Result<(ZipEntry, ByteBuffer), Loss>? {
    let chunk = chunk.reference.chunkID
    switch item {
    // A name that leads elsewhere is told of even where it is a hidden file's.
    case .refused(_, .unsafeName): break
    case .entry(let entry, _), .refused(let entry, _):
      guard EntryRole(entry.name) == .candidate else { return nil }
    }
    switch item {
    case .refused(let entry, let error):
      return .failure(Loss(entry: entry.name, reason: .archive(chunk: chunk, error)))
    case .entry(let entry, let bytes):
      guard bytes.withBytes({ ImageFormat(sniffing: $0) }) == nil else { return .success((entry, bytes)) }
      guard EntryRole.promisesImage(entry.name) else { return nil }
      do throws(DecodeError) {
        _ = try bytes.withBytes { (bytes) throws(DecodeError) in try ImageDecoder().header(of: bytes) }
        return nil
      } catch {
        return .failure(Loss(entry: entry.name, reason: .image(chunk: chunk, entry: entry.name, error)))
      }
    }
  }
}
