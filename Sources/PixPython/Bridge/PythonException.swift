import CPython
import PixStream

/// The dataset's errors as exceptions of `pixcrawler.exceptions`.
enum PythonException {
  /// Sets the exception and gives the nil that reports it.
  static func raise(_ error: DatasetError) -> PyRef? {
    if error == .cancelled { return nil }  // a signal handler has set its own
    guard let exception = make(error) else { return nil }
    defer { Py_DecRef(exception) }
    guard let type = PyObject_Type(exception) else { return nil }
    defer { Py_DecRef(type) }
    PyErr_SetObject(type, exception)
    return nil
  }

  /// The exception as an object.
  static func make(_ error: DatasetError) -> PyRef? {
    let report = ErrorReport(error)
    guard let evidence = PyDict_New() else { return nil }
    defer { Py_DecRef(evidence) }
    add("chunk_id", PythonValue.optional(report.chunkID), to: evidence)
    add("entry", PythonValue.optional(report.entry), to: evidence)
    add("status", PythonValue.integer(report.status), to: evidence)
    add("url", PythonValue.optional(report.url), to: evidence)
    add("progress", PythonValue.integer(report.progress), to: evidence)
    add("declared", PythonValue.optional(report.declared), to: evidence)
    add("found", PythonValue.optional(report.found), to: evidence)
    guard let message = PythonValue.text(report.message) else { return nil }
    defer { Py_DecRef(message) }
    return PythonValue.call("pixcrawler.exceptions", className(report.kind), [message], evidence)
  }

  static func raise(_ type: PyRef?, _ message: String) -> PyRef? {
    PyErr_SetString(type, message)
    return nil
  }

  private static func add(_ name: String, _ value: PyRef?, to dictionary: PyRef) {
    guard let value else { return PyErr_Clear() }
    if !(pix_is_none(value) != 0) { PyDict_SetItemString(dictionary, name, value) }
    Py_DecRef(value)
  }

  private static func className(_ kind: ErrorReport.Kind) -> String {
    switch kind {
    case .authentication: "AuthenticationError"
    case .notFound: "NotFoundError"
    case .jobNotComplete: "JobNotCompleteError"
    case .download: "DownloadError"
    case .decompression: "DecompressionError"
    case .network: "NetworkError"
    case .memory: "DatasetTooLargeError"
    case .general: "PixCrawlerError"
    }
  }
}
