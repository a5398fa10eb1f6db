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

  // MARK: By number

  /// Directories that have been read: they never change, and cross forks with the process.
  private(set) var indexes: [Int: ChunkIndex] = [:]
  private var lastCache: ChunkCache?
  private var hasFallenBack = false

  /// Memory for reads by number; a fresh one in a forked child.
  var cache: ChunkCache {
    if let lastCache {
      if !lastCache.isInherited { return lastCache }
      _ = Unmanaged.passRetained(lastCache)
    }
    let fresh = ChunkCache(memoryLimit: dataset.configuration.memoryLimit)
    lastCache = fresh
    return fresh
  }

  var knowsAllIndexes: Bool { indexes.count == dataset.chunks.count }

  /// In dataset order.
  var allIndexes: [ChunkIndex] { dataset.chunks.indices.compactMap { indexes[$0] } }

  /// Keeps what a read has learned. Returns false with an exception set when a warning became one.
  func take(_ set: SampleSet) -> Bool {
    indexes.merge(set.indexes) { _, new in new }
    guard take(set.errors.map { .leftOut($0.error) }) else { return false }
    guard set.fellBack, !hasFallenBack else { return true }
    hasFallenBack = true
    guard let nothing = PythonValue.call("pixcrawler._log", "warn_of_whole_chunks", []) else { return false }
    Py_DecRef(nothing)
    return true
  }

  /// The chunk has changed since its directory was read.
  func forgetIndex(of chunk: String) { indexes = indexes.filter { dataset.chunks[$0.key].chunkID != chunk } }

  // MARK: Pixels as Python sees them

  /// Shown by NumPy, without a copy.
  func array(_ pixels: PixelArray) -> PyRef? {
    guard let memory = PixelArray.type?.make(pixels) else { return nil }
    defer { Py_DecRef(memory) }
    return pix_call(asArray, memory)
  }
}
