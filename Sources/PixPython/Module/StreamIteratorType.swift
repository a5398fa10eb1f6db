import CPython
import PixDecode
import PixStream

/// A Python iterator over a stream.
///
/// It ends its stream when Python lets go of it. In a forked child it leaves the parent's stream alone and goes on
/// with one of its own from the same place.
final class StreamIterator {
  /// What a step gives.
  enum Item {
    /// `(image, label)`
    case sample
    /// `(image, label, (chunk_id, entry, width, height, format, metadata))`
    case detailed
    /// `(images, labels)`
    case batch(Int)

    var batchSize: Int { if case .batch(let size) = self { size } else { 1 } }
  }

  static let samples = HeapType<StreamIterator>(
    "pixcrawler.SampleIterator",
    doc: "Iterator over (image, label): (H, W, C) uint8 arrays in dataset order.",
    slots: slots)
  static let batches = HeapType<StreamIterator>(
    "pixcrawler.BatchIterator",
    doc: "Iterator over (images, labels): (B, H, W, C) uint8 arrays and lists.",
    slots: slots)

  private static var slots: [(Int32, UnsafeMutableRawPointer)] {
    [
      (Py_tp_iter, Slots.unary { $0.map(PythonValue.retained) }),
      (Py_tp_iternext, Slots.unary { HeapType<StreamIterator>.box(of: $0).next() }),
    ]
  }

  private let handle: DatasetHandle
  private let item: Item
  private let parts: [ChunkPart]?
  private let layout: PixelLayout
  private let dropsLast: Bool
  private var cursor = Cursor()
  private var stream: SampleStream?
  private var hasEnded = false
  /// The chunk's metadata.json as a Python object, the same one for all images of the chunk.
  private var metadata: (chunk: String, json: PyRef)?

  init(
    _ handle: DatasetHandle, _ item: Item, parts: [ChunkPart]? = nil, layout: PixelLayout = .pixels,
    dropsLast: Bool = false
  ) {
    self.handle = handle
    self.item = item
    self.parts = parts
    self.layout = layout
    self.dropsLast = dropsLast
  }

  deinit {
    end()
    if let metadata { Py_DecRef(metadata.json) }
  }

  /// The iterator as Python's.
  func object() -> PyRef? {
    if case .batch = item { return StreamIterator.batches?.make(self) }
    return StreamIterator.samples?.make(self)
  }

  /// Frees the stream's work and memory; a parent's stream is left to the parent.
  func end() {
    hasEnded = true
    guard let stream else { return }
    self.stream = nil
    handle.forget(self)
    if stream.isInherited { _ = Unmanaged.passRetained(stream) } else { stream.cancel() }
  }

  private func next() -> PyRef? {
    do throws(DatasetError) {
      if handle.isClosed { throw .closed }
      while !hasEnded {
        let stream = try current()
        guard handle.take(stream.takeNotes()) else { return nil }
        defer { cursor = stream.cursor }
        switch try stream.poll() {
        case .batch(let batch): return value(batch)
        case .end:
          guard handle.take(stream.takeNotes()) else { return nil }
          end()
        case .notYet:
          InterpreterLock.released { stream.wait() }
          if PyErr_CheckSignals() != 0 { return nil }
          if handle.isClosed { throw .closed }
        }
      }
      return nil
    } catch {
      return PythonException.raise(error)
    }
  }

  private func current() throws(DatasetError) -> SampleStream {
    if let stream {
      if !stream.isInherited { return stream }
      _ = Unmanaged.passRetained(stream)
    }
    hasEnded = true
    let fresh = try handle.dataset.stream(
      parts: parts, rendition: handle.dataset.configuration.rendition.laidOut(as: layout), batchSize: item.batchSize,
      dropsLast: dropsLast, from: cursor)
    hasEnded = false
    stream = fresh
    handle.remember(self)
    return fresh
  }

  private func value(_ batch: Batch) -> PyRef? {
    switch item {
    case .batch:
      PythonValue.tuple([
        handle.array(PixelArray(batch.pixels, images: 0..<batch.count)),
        PythonValue.list(batch.samples, { PythonValue.label($0.label) }),
      ])
    case .sample:
      PythonValue.tuple([handle.array(PixelArray(batch.pixels, image: 0)), PythonValue.label(batch.samples[0].label)])
    case .detailed:
      PythonValue.tuple([
        handle.array(PixelArray(batch.pixels, image: 0)), PythonValue.label(batch.samples[0].label),
        details(batch.samples[0]),
      ])
    }
  }

  private func details(_ sample: Sample) -> PyRef? {
    PythonValue.tuple([
      PythonValue.text(sample.chunk), PythonValue.text(sample.entry), PythonValue.integer(sample.header.width),
      PythonValue.integer(sample.header.height), PythonValue.text(sample.header.format.rawValue), json(sample),
    ])
  }

  private func json(_ sample: Sample) -> PyRef? {
    guard let source = sample.metadata else { return pix_none() }
    if metadata?.chunk != sample.chunk {
      guard let json = PythonValue.bytes(source.json) else { return nil }
      if let metadata { Py_DecRef(metadata.json) }
      metadata = (sample.chunk, json)
    }
    return metadata.map { PythonValue.retained($0.json) }
  }
}
