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
      ("card", facts(dataset)),
    ]
    guard let keywords = PythonValue.dictionary(values) else { return nil }
    defer { Py_DecRef(keywords) }
    return PythonValue.call("pixcrawler._info", "DatasetInfo", [], keywords)
  }

  /// The card for notebooks.
  static func html(_ handle: DatasetHandle) -> PyRef? {
    guard let facts = facts(handle.dataset) else { return nil }
    defer { Py_DecRef(facts) }
    guard let thumbnails = Thumbnails.make(handle) else { return nil }
    defer { Py_DecRef(thumbnails) }
    return PythonValue.call("pixcrawler._card", "html", [facts, thumbnails])
  }

  private static func facts(_ dataset: Dataset) -> PyRef? {
    PythonValue.dictionary(DatasetCard(dataset).facts.map { ($0, PythonValue.text($1)) })
  }
}
