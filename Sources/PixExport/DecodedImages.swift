import PixDecode
import PixStream

/// The wanted images of a chunk, decoded, in the archive's order: as many at a time as the memory limit has room for.
struct DecodedImages {
  struct Image {
    let entry: String
    let label: String?
    let shape: ImageShape
    let pixels: UnsafeRawBufferPointer
  }

  let chunk: LocalChunk
  let selection: ExportSelection

  /// - Parameter limit: images after which no more are read.
  /// - Returns: what could not be had.
  func forEach(
    atMost limit: Int?, tick: (Int) throws(ExportError) -> Void, _ body: (Image) throws(ExportError) -> Void
  ) throws(ExportError) -> [MissingImage] {
    let metadata = selection.labels.isEmpty ? nil : try ChunkReader(chunk.file).metadata
    var losses = ChunkLosses(chunk.reference, selection, metadata)
    let stream: SampleStream
    do throws(DatasetError) { stream = try chunk.alone.stream(batchSize: 1) } catch { throw .dataset(error) }
    defer { stream.cancel() }
    var images = 0
    while limit.map({ images < $0 }) ?? true {
      stream.wait()
      try tick(images)
      guard let batch = try next(stream, &losses) else { break }
      guard let batch, let image = image(of: batch) else { continue }
      try body(image)
      withExtendedLifetime(batch) {}
      images += 1
    }
    return losses.missing
  }

  /// The next image; nil at the end, `.some(nil)` where there is none yet or one that cannot be read.
  private func next(_ stream: SampleStream, _ losses: inout ChunkLosses) throws(ExportError) -> Batch?? {
    let poll: SampleStream.Poll
    do throws(DatasetError) { poll = try stream.poll() } catch {
      guard DecodedImages.concernsImages(error) else { throw .dataset(error) }
      losses.add(error)
      return .some(nil)
    }
    for case .leftOut(let error) in stream.takeNotes() { losses.add(error) }
    switch poll {
    case .batch(let batch): return batch
    case .end: return nil
    case .notYet: return .some(nil)
    }
  }

  /// Whether an error costs images of this chunk, rather than being this machine's.
  private static func concernsImages(_ error: DatasetError) -> Bool {
    switch error {
    case .archive, .image, .count, .short, .lateLabels, .unstreamable: true
    default: false
    }
  }

  private func image(of batch: Batch) -> Image? {
    guard let sample = batch.samples.first else { return nil }
    let label = sample.label?.text
    guard selection.admits(label) else { return nil }
    return Image(
      entry: sample.entry, label: label, shape: batch.shape, pixels: UnsafeRawBufferPointer(batch.pixels.image(0)))
  }
}
