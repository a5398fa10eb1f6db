import CPython
import PixDecode
import PixRemote
import PixStream

/// The Python function `pixcrawler.load_dataset`.
enum LoadDataset {
  static var method: PyMethodDef {
    Slots.keyword(
      "load_dataset",
      """
      load_dataset(job_id, api_key=None, base_url="https://api.pixcrawler.com", max_workers=4, timeout=300, \
      verify_ssl=True, *, image_size=None, resize="stretch", mode="RGB", on_error="raise", memory_limit=268435456)
      --

      Load a dataset lazily: only its description is fetched now.

      Args:
          job_id: a job id of the service, the URL of a dataset on a static host, or the path of a packed folder, of
              a folder of zips, or of one zip. A str or an os.PathLike.
          api_key: the key for the service; without it PIXCRAWLER_API_KEY, then PIXCRAWLER_SERVICE_KEY from the
              environment, then what `pixcrawler login` stored for base_url. It is sent to base_url's origin only.
          base_url: the service.
          max_workers: transfers at a time, 1 to 64.
          timeout: seconds a transfer may stay silent, not counting pauses this side asks for.
          verify_ssl: whether https certificates must be valid.
          image_size: (height, width) in pixels that every image is resized to while it is decoded; N means (N, N).
              Without it every image has its own size.
          resize: "stretch" gives each side its own factor; "crop" covers image_size and cuts off evenly what juts
              out; "pad" fits into it and leaves the rest black (transparent in RGBA).
          mode: "RGB", "L" (gray) or "RGBA": 3, 1 or 4 channels, as Pillow names them.
          on_error: what becomes of a single image that cannot be read. "raise" raises its error once, and the next
              step goes on behind it; "skip" leaves it out; "replace" gives the next good image of the same chunk in
              its place. What was left out is in dataset.errors. A chunk that cannot be had always raises.
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
          >>> dataset = load_dataset("./pets", image_size=(96, 128))
          >>> dataset
          <pixcrawler.Dataset 'pets': 120 images in 3 chunks, 2 classes>
          >>> image, label = dataset[0]
          >>> image.shape
          (96, 128, 3)
      """, load)
  }

  private static let load: Slots.Keyword = { _, arguments, keywords in call(arguments, keywords) }

  private static func call(_ arguments: PyRef?, _ keywords: PyRef?) -> PyRef? {
    var given = pix_load_arguments(
      job_id: nil, api_key: nil, base_url: nil, max_workers: 4, timeout: 300, verify_ssl: 1, image_size: nil,
      resize: nil, mode: nil, on_error: nil, memory_limit: nil)
    guard pix_parse_load_dataset(arguments, keywords, &given) != 0 else { return nil }
    guard (1...64).contains(given.max_workers) else {
      return PythonException.raise(
        pix_value_error(), "max_workers must be from 1 to 64, not \(given.max_workers)")
    }
    guard given.timeout > 0, given.timeout <= 1e6 else {
      return PythonException.raise(pix_value_error(), "timeout must be seconds above 0, up to 1000000")
    }
    guard let path = PyOS_FSPath(given.job_id) else { return nil }
    defer { Py_DecRef(path) }
    guard let text = PythonValue.string(path), let rendition = rendition(given),
      let onError = choice(given.on_error, named: "on_error", ErrorPolicy.raise)
    else { return nil }
    let baseURL = given.base_url.map { String(cString: $0) } ?? DatasetConfiguration.defaultBaseURL
    var configuration = DatasetConfiguration(
      source: text,
      keySearch: KeySearch(given: given.api_key.map { String(cString: $0) }, baseURL: baseURL), baseURL: baseURL,
      maxWorkers: given.max_workers, timeout: given.timeout, verifiesTLS: given.verify_ssl != 0,
      rendition: rendition, onError: onError)
    if let memory = given.memory_limit, pix_is_none(memory) == 0 {
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

  private static func rendition(_ given: pix_load_arguments) -> Rendition? {
    guard let resize = choice(given.resize, named: "resize", Resize.stretch),
      let mode = choice(given.mode, named: "mode", ColorMode.rgb)
    else { return nil }
    guard let size = given.image_size, pix_is_none(size) == 0 else { return Rendition(resize: resize, mode: mode) }
    guard let size = imageSize(size) else { return nil }
    return Rendition(size: size, resize: resize, mode: mode)
  }

  /// N or (height, width), each within what every format can have.
  private static func imageSize(_ object: PyRef) -> Rendition.Size? {
    let sides: [Int]
    if PyIndex_Check(object) != 0 {
      let side = PyNumber_AsSsize_t(object, nil)
      sides = [side, side]
    } else {
      guard let pair = PySequence_Tuple(object) else { return nil }
      defer { Py_DecRef(pair) }
      sides = (0..<PyTuple_Size(pair)).map { PyNumber_AsSsize_t(PyTuple_GetItem(pair, $0), nil) }
    }
    if PyErr_Occurred() != nil { return nil }
    guard sides.count == 2, sides.allSatisfy((1...65_535).contains) else {
      _ = PythonException.raise(
        pix_value_error(), "image_size is N or (height, width), in pixels from 1 to 65535, not \(sides)")
      return nil
    }
    return Rendition.Size(height: sides[0], width: sides[1])
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ word: UnsafePointer<CChar>?, named name: String, _ usual: Choice
  ) -> Choice? {
    guard let word = word.map({ String(cString: $0) }) else { return usual }
    if let choice = Choice(rawValue: word) { return choice }
    let known = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    _ = PythonException.raise(pix_value_error(), "\(name) is one of \(known), not \"\(word)\"")
    return nil
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
