import CPython
import PixStream

/// The Python function `pixcrawler.load_dataset`.
enum LoadDataset {
  static var method: PyMethodDef {
    Slots.keyword(
      "load_dataset",
      """
      load_dataset(job_id, api_key=None, base_url="https://api.pixcrawler.com", max_workers=4, timeout=300, \
      verify_ssl=True, *, memory_limit=268435456)
      --

      Load a dataset lazily: only its description is fetched now.

      Args:
          job_id: a job id of the service, the URL of a dataset on a static host, or the path of a packed folder, of
              a folder of zips, or of one zip. A str or an os.PathLike.
          api_key: the key for the service; without it PIXCRAWLER_API_KEY, then PIXCRAWLER_SERVICE_KEY from the
              environment. It is sent to base_url's origin only.
          base_url: the service.
          max_workers: transfers at a time, 1 to 64.
          timeout: seconds a transfer may stay silent, not counting pauses this side asks for.
          verify_ssl: whether https certificates must be valid.
          memory_limit: bytes an iteration may hold ahead of its reader: compressed, inflating, decoded and queued.
              Arrays already given out are not counted. One image or batch larger than this passes alone.

      Returns:
          A Dataset.

      Raises:
          AuthenticationError: the key is missing, wrong, or not allowed to read this.
          NotFoundError: there is no such job, address or path.
          JobNotCompleteError: the job is not done; its progress says how far it is.
          NetworkError: the host cannot be reached or keeps failing, after three tries.

      Example:
          >>> from pixcrawler import load_dataset
          >>> dataset = load_dataset("./pets")                 # doctest: +SKIP
          >>> for image, label in dataset:                     # doctest: +SKIP
          ...     print(image.shape, label)
      """, load)
  }

  private static let load: Slots.Keyword = { _, arguments, keywords in call(arguments, keywords) }

  private static func call(_ arguments: PyRef?, _ keywords: PyRef?) -> PyRef? {
    var source: PyRef?
    var key: UnsafePointer<CChar>?
    var baseURL: UnsafePointer<CChar>?
    var workers = 4
    var timeout = 300.0
    var verifies: Int32 = 1
    var memory: PyRef?
    guard
      pix_parse_load_dataset(
        arguments, keywords, &source, &key, &baseURL, &workers, &timeout, &verifies, &memory) != 0
    else { return nil }
    guard (1...64).contains(workers) else {
      return PythonException.raise(pix_value_error(), "max_workers must be from 1 to 64, not \(workers)")
    }
    guard timeout > 0, timeout <= 1e6 else {
      return PythonException.raise(pix_value_error(), "timeout must be seconds above 0, up to 1000000")
    }
    guard let path = PyOS_FSPath(source) else { return nil }
    defer { Py_DecRef(path) }
    guard let text = PythonValue.string(path) else { return nil }
    var configuration = DatasetConfiguration(
      source: text, apiKey: key.map { String(cString: $0) } ?? DatasetConfiguration.keyFromEnvironment,
      baseURL: baseURL.map { String(cString: $0) } ?? DatasetConfiguration.defaultBaseURL,
      maxWorkers: workers,
      timeout: timeout, verifiesTLS: verifies != 0)
    if let memory, pix_is_none(memory) == 0 {
      let limit = PyLong_AsSsize_t(memory)
      if limit == -1, PyErr_Occurred() != nil { return nil }
      guard limit >= 1 << 20 else {
        return PythonException.raise(
          pix_value_error(), "memory_limit is in bytes and at least 1048576 (1 MiB), not \(limit)")
      }
      configuration.memoryLimit = limit
    }
    guard let asArray = numpyAsArray() else { return nil }
    return open(configuration, asArray)
  }

  /// Imported now, not at the first image: a process may be forked between, and one that is forked in the middle of an
  /// import never finishes it.
  private static func numpyAsArray() -> PyRef? {
    guard let numpy = PyImport_ImportModule("numpy") else {
      if PyErr_ExceptionMatches(pix_module_not_found_error()) == 0 { return nil }
      return PythonException.raise(
        pix_import_error(),
        "pixcrawler gives NumPy arrays, and numpy is not installed here: pip install numpy")
    }
    defer { Py_DecRef(numpy) }
    return PyObject_GetAttrString(numpy, "asarray")
  }

  /// Takes over the reference to `asArray`.
  private static func open(_ configuration: DatasetConfiguration, _ asArray: PyRef) -> PyRef? {
    var state = PyEval_SaveThread()
    let result = Result { () throws(DatasetError) in
      try Dataset.open(configuration) { InterpreterLock.signalsPermit(&state) }
    }
    PyEval_RestoreThread(state)
    switch result {
    case .success(let dataset): return DatasetType.type?.make(DatasetHandle(dataset, asArray: asArray))
    case .failure(let error):
      Py_DecRef(asArray)
      return PythonException.raise(error)
    }
  }
}
