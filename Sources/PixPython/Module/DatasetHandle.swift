import PixStream

/// What a Python `Dataset` owns: the description, and the iterators to end when it is closed.
final class DatasetHandle {
  let dataset: Dataset
  private(set) var isClosed = false
  private var open: [ObjectIdentifier: Weak] = [:]

  private struct Weak { weak var iterator: StreamIterator? }

  init(_ dataset: Dataset) { self.dataset = dataset }

  func remember(_ iterator: StreamIterator) { open[ObjectIdentifier(iterator)] = Weak(iterator: iterator) }
  func forget(_ iterator: StreamIterator) { open[ObjectIdentifier(iterator)] = nil }

  func close() {
    isClosed = true
    for weak in open.values { weak.iterator?.end() }
    open = [:]
  }
}
