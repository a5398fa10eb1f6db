import CPython
import PixStream
import PixVersion

/// CPython's door to the engine.
@c(PyInit_pixcrawler)
public func initializePixCrawler() -> UnsafeMutablePointer<PyObject>? {
  PixCrawlerModule.create()
}

enum PixCrawlerModule {
  nonisolated(unsafe) private static let methods: UnsafeMutablePointer<PyMethodDef> = {
    let table = UnsafeMutablePointer<PyMethodDef>.allocate(capacity: 2)
    table.initialize(to: LoadDataset.method)
    (table + 1).initialize(to: PyMethodDef())
    return table
  }()

  private static let name: StaticString = "pixcrawler"
  private static let doc: StaticString =
    "Streams image datasets out of plain zip chunks, decoded off Python's lock, as NumPy arrays."

  static func create() -> PyRef? {
    pix_module_init(name.cString, doc.cString, methods) { module in PixCrawlerModule.execute(module) }
  }

  private static func execute(_ module: PyRef?) -> Int32 {
    // Types are made once in a process, and NumPy is for the main interpreter only; in CPython's own words, which it
    // says itself where an interpreter has a lock of its own.
    guard PyInterpreterState_GetID(PyInterpreterState_Get()) == 0 else {
      PyErr_SetString(pix_import_error(), "module pixcrawler does not support loading in subinterpreters")
      return -1
    }
    guard let module, becomePackage(module),
      add(module, "__version__", PythonValue.text(PixCrawlerVersion.text)),
      let dataset = DatasetType.type, add(module, "Dataset", PythonValue.retained(dataset.type)),
      let pixels = PixelArray.type, add(module, "PixelArray", PythonValue.retained(pixels.type)),
      StreamIterator.samples != nil, StreamIterator.batches != nil,
      add(module, "exceptions", PyImport_ImportModule("pixcrawler.exceptions"))
    else { return -1 }
    return 0
  }

  /// Submodules lie beside this file, however it was opened.
  private static func becomePackage(_ module: PyRef) -> Bool {
    if PyObject_HasAttrString(module, "__path__") != 0 { return true }
    guard let file = pix_module_path() else { return true }
    let path = String(cString: file)
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    guard let text = PythonValue.text(folder), let list = PyList_New(1) else { return false }
    PyList_SetItem(list, 0, text)
    return add(module, "__path__", list) && add(module, "__file__", PythonValue.text(path))
  }

  /// Takes over the reference.
  private static func add(_ module: PyRef, _ name: String, _ value: PyRef?) -> Bool {
    guard let value else { return false }
    defer { Py_DecRef(value) }
    return PyObject_SetAttrString(module, name, value) == 0
  }
}
