import CPython
import PixStream

/// The arguments of `Dataset._stream`.
struct StreamArguments {
  var parts: [ChunkPart]?
  var item = StreamIterator.Item.sample
  var dropsLast = false
  var asPlanes = false

  /// Nil with an exception set when they make no sense.
  init?(_ arguments: PyRef?, _ keywords: PyRef?, for dataset: Dataset) {
    var parts: PyRef?
    var batchSize: PyRef?
    var dropLast: Int32 = 0
    var planes: Int32 = 0
    guard pix_parse_stream(arguments, keywords, &parts, &batchSize, &dropLast, &planes) != 0 else { return nil }
    dropsLast = dropLast != 0
    asPlanes = planes != 0
    if let batchSize, pix_is_none(batchSize) == 0 {
      guard let size = StreamArguments.batchSize(PyNumber_AsSsize_t(batchSize, nil)) else { return nil }
      item = .batch(size)
    }
    if let parts, pix_is_none(parts) == 0 {
      guard let list = StreamArguments.parts(parts, of: dataset) else { return nil }
      self.parts = list
    }
  }

  static func batchSize(_ size: Int) -> Int? {
    if PyErr_Occurred() != nil { return nil }
    guard (1...1 << 24).contains(size) else {
      _ = PythonException.raise(pix_value_error(), "batch_size must be from 1 to 16777216, not \(size)")
      return nil
    }
    return size
  }

  /// `(chunk, start, stop)` each.
  private static func parts(_ object: PyRef, of dataset: Dataset) -> [ChunkPart]? {
    guard let list = PySequence_List(object) else { return nil }
    defer { Py_DecRef(list) }
    var parts: [ChunkPart] = []
    for index in 0..<PyList_Size(list) {
      guard let part = PySequence_Tuple(PyList_GetItem(list, index)) else { return nil }
      defer { Py_DecRef(part) }
      let numbers = (0..<PyTuple_Size(part)).map { PyNumber_AsSsize_t(PyTuple_GetItem(part, $0), nil) }
      if PyErr_Occurred() != nil { return nil }
      guard numbers.count == 3, dataset.chunks.indices.contains(numbers[0]), 0 <= numbers[1],
        numbers[1] <= numbers[2]
      else {
        _ = PythonException.raise(pix_value_error(), "a part is (chunk, start, stop), not \(numbers)")
        return nil
      }
      parts.append(ChunkPart(chunk: numbers[0], images: numbers[1]..<numbers[2]))
    }
    return parts
  }
}
