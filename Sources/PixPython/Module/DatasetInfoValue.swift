import CPython
import PixStream

/// `dataset.info`: a `pixcrawler._info.DatasetInfo`, plain Python.
enum DatasetInfoValue {
  static func make(_ dataset: Dataset) -> PyRef? {
    let job = dataset.job
    let values: [(String, PyRef?)] = [
      ("id", PythonValue.text(job.id)),
      ("name", PythonValue.optional(job.name)),
      ("version", PythonValue.optional(job.version)),
      ("status", PythonValue.text(job.status)),
      ("num_images", PythonValue.integer(dataset.imageCount)),
      ("num_chunks", PythonValue.integer(dataset.chunks.count)),
      ("chunk_size", PythonValue.integer(dataset.chunkSize)),
      ("size_bytes", PythonValue.integer(job.sizeBytes)),
      ("created_at", PythonValue.optional(job.createdAt)),
      ("labels", job.labels.map { PythonValue.list($0, PythonValue.text) } ?? pix_none()),
      ("card", PythonValue.text(DatasetCard(dataset).text)),
    ]
    defer { for (_, value) in values { value.map { Py_DecRef($0) } } }
    guard let keywords = PyDict_New() else { return nil }
    defer { Py_DecRef(keywords) }
    for (name, value) in values {
      guard let value, PyDict_SetItemString(keywords, name, value) == 0 else { return nil }
    }
    return PythonValue.call("pixcrawler._info", "DatasetInfo", [], keywords)
  }
}
