import CPython
import PixDecode
import PixStream

/// A Python iterator over a stream: `(image, label)` or `(images, labels)`.
///
/// It ends its stream when Python lets go of it. In a forked child it leaves the parent's stream alone and goes on
/// with one of its own from the same place.
final class StreamIterator {
  static let samples = HeapType<StreamIterator>(
    "pixcrawler.SampleIterator",
    doc: "Iterator over (image, label): (H, W, 3) uint8 RGB arrays in dataset order.",
    slots: slots)
  static let batches = HeapType<StreamIterator>(
    "pixcrawler.BatchIterator",
    doc: "Iterator over (images, labels): (B, H, W, 3) uint8 RGB arrays and lists.",
    slots: slots)

  private static var slots: [(Int32, UnsafeMutableRawPointer)] {
    [
      (
        Py_tp_iter,
        Slots.unary {
          Py_IncRef($0)
          return $0
        }
      ),
      (Py_tp_iternext, Slots.unary { HeapType<StreamIterator>.box(of: $0).next() }),
    ]
  }

  private let handle: DatasetHandle
  private let batchSize: Int
  private let dropsLast: Bool
  private let isBatched: Bool
  private var cursor = Cursor()
  private var stream: SampleStream?
  private var hasEnded = false

  /// - Parameter batchSize: nil for single images.
  init(_ handle: DatasetHandle, batchSize: Int?, dropsLast: Bool) {
    self.handle = handle
    self.batchSize = batchSize ?? 1
    self.dropsLast = dropsLast
    isBatched = batchSize != nil
  }

  deinit { end() }

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
        defer { cursor = stream.cursor }
        switch try stream.poll() {
        case .batch(let batch): return item(batch)
        case .end: end()
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
    let fresh = try handle.dataset.stream(batchSize: batchSize, dropsLast: dropsLast, from: cursor)
    hasEnded = false
    stream = fresh
    handle.remember(self)
    return fresh
  }

  private func item(_ batch: Batch) -> PyRef? {
    guard let memory = PixelArray.type?.make(PixelArray(batch, isBatch: isBatched)) else { return nil }
    defer { Py_DecRef(memory) }
    guard let array = pix_call(handle.asArray, memory) else { return nil }
    let labels =
      isBatched
      ? PythonValue.list(batch.labels, PythonValue.label) : PythonValue.label(batch.labels[0])
    guard let labels, let tuple = PyTuple_New(2) else {
      Py_DecRef(array)
      labels.map { Py_DecRef($0) }
      return nil
    }
    PyTuple_SetItem(tuple, 0, array)
    PyTuple_SetItem(tuple, 1, labels)
    return tuple
  }
}
