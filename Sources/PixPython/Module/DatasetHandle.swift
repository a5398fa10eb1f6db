import CPython
import PixStream

/// What a Python `Dataset` owns: the description, NumPy's `asarray`, what was left out, and the iterators to end when it
/// is closed. Touched under Python's lock only.
final class DatasetHandle {
  let dataset: Dataset
  let asArray: PyRef
  private(set) var isClosed = false
  /// Images that could not be read and did not raise, each once, however many epochs met it.
  private(set) var leftOut: [DatasetError] = []
  private var leftOutPlaces: Set<[String]> = []
  private var open: [ObjectIdentifier: Weak] = [:]

  private static let mostLeftOut = 10_000

  private struct Weak { weak var iterator: StreamIterator? }

  /// Takes over the reference to `asArray`.
  init(_ dataset: Dataset, asArray: PyRef) {
    self.dataset = dataset
    self.asArray = asArray
  }

  deinit { Py_DecRef(asArray) }

  func remember(_ iterator: StreamIterator) { open[ObjectIdentifier(iterator)] = Weak(iterator: iterator) }
  func forget(_ iterator: StreamIterator) { open[ObjectIdentifier(iterator)] = nil }

  func close() {
    isClosed = true
    for weak in open.values { weak.iterator?.end() }
    open = [:]
  }

  /// Keeps and logs what happened. Returns false with an exception set when a logging handler raised.
  func take(_ notes: [StreamNote]) -> Bool {
    for note in notes {
      if case .leftOut(let error) = note, !remember(error) { continue }
      guard let text = PythonValue.text(NoteReport(note).message) else { return false }
      defer { Py_DecRef(text) }
      guard let nothing = PythonValue.call("pixcrawler._log", "warning", [text]) else { return false }
      Py_DecRef(nothing)
    }
    return true
  }

  /// Returns whether it is new.
  private func remember(_ error: DatasetError) -> Bool {
    let report = ErrorReport(error)
    guard leftOut.count < DatasetHandle.mostLeftOut,
      leftOutPlaces.insert([report.chunkID ?? "", report.entry ?? ""]).inserted
    else { return false }
    leftOut.append(error)
    return true
  }

  // MARK: Pixels and labels as Python sees them

  /// The batch as an array (B, H, W, C), or its only image as (H, W, C), in memory of its own.
  func array(_ batch: Batch, isBatch: Bool) -> PyRef? {
    guard let memory = PixelArray.type?.make(PixelArray(batch, isBatch: isBatch)) else { return nil }
    defer { Py_DecRef(memory) }
    return pix_call(asArray, memory)
  }
}
