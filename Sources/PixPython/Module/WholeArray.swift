import CPython
import PixStream

/// `Dataset._arrays`: all images as one array, allocated once and decoded into.
enum WholeArray {
  /// `(X, labels)`: X is (N, H, W, C), uint8, labels a list of N.
  ///
  /// - Parameter update: called with the number of images that are done, on this thread.
  static func make(_ handle: DatasetHandle, count: Int, update: PyRef?) -> PyRef? {
    do throws(DatasetError) {
      if handle.isClosed { throw .closed }
      let stream = try handle.dataset.wholeBatch(of: count)
      defer { stream.cancel() }
      var whole: Batch?
      while true {
        guard handle.take(stream.takeNotes()), tell(update, stream.decodedImages) else { return nil }
        if let error = stream.pollError() { throw error }
        switch try stream.poll() {
        case .batch(let batch) where whole == nil: whole = batch
        case .batch: throw .uncounted(dataset: name(handle), declared: count)
        case .end: return try arrays(handle, whole)
        case .notYet:
          InterpreterLock.released { stream.wait() }
          if PyErr_CheckSignals() != 0 { return nil }
          if handle.isClosed { throw .closed }
        }
      }
    } catch {
      return PythonException.raise(error)
    }
  }

  private static func arrays(_ handle: DatasetHandle, _ whole: Batch?) throws(DatasetError) -> PyRef? {
    guard let whole else { throw .empty(dataset: name(handle)) }
    return PythonValue.tuple([
      handle.array(PixelArray(whole.pixels, images: 0..<whole.count)),
      PythonValue.list(whole.samples) { PythonValue.label($0.label) },
    ])
  }

  private static func name(_ handle: DatasetHandle) -> String { handle.dataset.job.name ?? handle.dataset.job.id }

  private static func tell(_ update: PyRef?, _ done: Int) -> Bool {
    guard let update, pix_is_none(update) == 0 else { return true }
    guard let number = PythonValue.integer(done) else { return false }
    defer { Py_DecRef(number) }
    guard let nothing = pix_call(update, number) else { return false }
    Py_DecRef(nothing)
    return true
  }
}
