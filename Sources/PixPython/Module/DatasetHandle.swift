import CPython
import PixStream

/// What a Python `Dataset` owns: the description, NumPy's `asarray`, and the iterators to end when it is closed.
final class DatasetHandle {
  let dataset: Dataset
  let asArray: PyRef
  private(set) var isClosed = false
  private var open: [ObjectIdentifier: Weak] = [:]

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
}
