import CPython
import PixDecode
import PixStream

/// Images by their numbers, and what is known of them without reading one.
enum ByNumber {
  /// `dataset[key]`: `(image, label)`, or a list of them for a slice.
  static func item(_ handle: DatasetHandle, _ key: PyRef?) -> PyRef? {
    guard let key else { return nil }
    guard let count = count(handle) else { return nil }
    if PyIndex_Check(key) != 0 {
      let number = PyNumber_AsSsize_t(key, pix_index_error())
      if number == -1, PyErr_Occurred() != nil { return nil }
      guard (-count..<count).contains(number) else {
        return raise(.noSuchSample(number: number, count: count))
      }
      guard let set = read(handle, [number < 0 ? number + count : number]) else { return nil }
      if let sample = set.samples.first { return pair(handle, sample) }
      return set.errors.first.flatMap { PythonException.raise($0.error) }
    }
    var (start, stop, step) = (0, 0, 0)
    guard PySlice_Unpack(key, &start, &stop, &step) == 0 else { return nil }
    let length = PySlice_AdjustIndices(count, &start, &stop, step)
    guard let set = read(handle, (0..<length).map { start + $0 * step }) else { return nil }
    return PythonValue.list(set.samples) { pair(handle, $0) }
  }

  /// `(images, labels, positions)`; images are one array when they have one shape, else a list.
  ///
  /// - Parameter asPlanes: float32 (C, H, W) instead of uint8 (H, W, C).
  static func fetch(_ handle: DatasetHandle, _ indices: PyRef?, asPlanes: PyRef?) -> PyRef? {
    let asPlanes = PyObject_IsTrue(asPlanes)
    guard asPlanes >= 0 else { return nil }
    guard let list = PySequence_List(indices) else { return nil }
    defer { Py_DecRef(list) }
    let numbers = (0..<PyList_Size(list)).map { PyNumber_AsSsize_t(PyList_GetItem(list, $0), pix_index_error()) }
    if PyErr_Occurred() != nil { return nil }
    let rendition = handle.dataset.configuration.rendition.laidOut(as: asPlanes > 0 ? .planes : .pixels)
    guard let set = read(handle, numbers, rendition) else { return nil }
    return PythonValue.tuple([
      images(handle, set), PythonValue.list(set.samples) { PythonValue.label($0.label) },
      PythonValue.list(set.samples) { PythonValue.integer($0.position) },
    ])
  }

  private static func images(_ handle: DatasetHandle, _ set: SampleSet) -> PyRef? {
    if let pixels = set.pixels { return handle.array(PixelArray(pixels, images: 0..<set.samples.count)) }
    return PythonValue.list(set.samples) { handle.array(PixelArray($0.pixels, image: $0.row)) }
  }

  private static func pair(_ handle: DatasetHandle, _ sample: SampleSet.Sample) -> PyRef? {
    let memory = sample.pixels.capacity == 1 ? sample.pixels : sample.pixels.copy(of: sample.row)
    guard let memory else { return PyErr_NoMemory() }
    return PythonValue.tuple([handle.array(PixelArray(memory, image: 0)), PythonValue.label(sample.label)])
  }

  /// Images per chunk, as a list.
  static func counts(_ handle: DatasetHandle) -> PyRef? {
    let declared = handle.dataset.chunks.compactMap(\.numImages)
    if declared.count == handle.dataset.chunks.count { return PythonValue.list(declared, PythonValue.integer) }
    guard learnIndexes(handle) else { return nil }
    return PythonValue.list(handle.allIndexes) { PythonValue.integer($0.samples.count) }
  }

  /// The labels of all images, as a list.
  static func labels(_ handle: DatasetHandle) -> PyRef? {
    guard learnIndexes(handle) else { return nil }
    return PythonValue.list(handle.allIndexes.flatMap(\.samples)) { PythonValue.label($0.label) }
  }

  /// Images in all; nil with an exception set when that cannot be found out.
  static func count(_ handle: DatasetHandle) -> Int? {
    if let count = handle.dataset.imageCount { return count }
    return learnIndexes(handle) ? handle.allIndexes.reduce(0) { $0 + $1.samples.count } : nil
  }

  private static func learnIndexes(_ handle: DatasetHandle) -> Bool {
    if handle.knowsAllIndexes { return true }
    return wait(handle) { () throws(DatasetError) in
      handle.dataset.readIndexes(known: handle.indexes, cache: handle.cache)
    } != nil
  }

  static func read(_ handle: DatasetHandle, _ numbers: [Int], _ rendition: Rendition? = nil) -> SampleSet? {
    wait(handle) { () throws(DatasetError) in
      try handle.dataset.read(numbers, rendition: rendition, indexes: handle.indexes, cache: handle.cache)
    }
  }

  /// Waits for a reader without Python's lock. Nil with an exception set when it fails.
  private static func wait(
    _ handle: DatasetHandle, _ start: () throws(DatasetError) -> SampleReader
  ) -> SampleSet? {
    do throws(DatasetError) {
      if handle.isClosed { throw .closed }
      var reader = try start()
      while true {
        if reader.isInherited {
          _ = Unmanaged.passRetained(reader)
          reader = try start()
        }
        guard handle.take(reader.takeNotes()) else {
          reader.cancel()
          return nil
        }
        if case .done(let set) = try reader.poll() { return handle.take(set) ? set : nil }
        InterpreterLock.released { reader.wait() }
        if PyErr_CheckSignals() != 0 || handle.isClosed {
          reader.cancel()
          if PyErr_Occurred() != nil { return nil }
          throw .closed
        }
      }
    } catch {
      if case .download(let chunk, .changed) = error { handle.forgetIndex(of: chunk) }
      _ = raise(error)
      return nil
    }
  }

  /// A number that no image has is an IndexError, as of every sequence.
  private static func raise(_ error: DatasetError) -> PyRef? {
    guard case .noSuchSample = error else { return PythonException.raise(error) }
    return PythonException.raise(pix_index_error(), ErrorReport(error).message)
  }
}
