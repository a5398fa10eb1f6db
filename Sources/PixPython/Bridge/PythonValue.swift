import CPython
import PixDecode

/// Swift values as new Python references; nil with an exception set when that fails.
enum PythonValue {
  static func text(_ text: String) -> PyRef? {
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { PyUnicode_DecodeUTF8($0.baseAddress, $0.count, "replace") }
    }
  }

  static func integer(_ number: Int?) -> PyRef? { number.map { PyLong_FromSsize_t($0) } ?? pix_none() }

  static func optional(_ text: String?) -> PyRef? { text.map { self.text($0) } ?? pix_none() }

  static func list<Element>(_ elements: [Element], _ convert: (Element) -> PyRef?) -> PyRef? {
    guard let list = PyList_New(elements.count) else { return nil }
    for (index, element) in elements.enumerated() {
      guard let value = convert(element) else {
        Py_DecRef(list)
        return nil
      }
      PyList_SetItem(list, index, value)
    }
    return list
  }

  /// Takes over the references to the values; nil when one of them is.
  static func dictionary(_ values: [(String, PyRef?)]) -> PyRef? {
    defer { for (_, value) in values { value.map { Py_DecRef($0) } } }
    guard let dictionary = PyDict_New() else { return nil }
    for (name, value) in values {
      guard let value, PyDict_SetItemString(dictionary, name, value) == 0 else {
        Py_DecRef(dictionary)
        return nil
      }
    }
    return dictionary
  }

  static func label(_ label: Label?) -> PyRef? {
    switch label {
    case nil: return pix_none()
    case .text(let text)?: return self.text(text)
    case .integer(let number)?: return integer(number)
    case .json(let source)?:
      guard let source = text(source) else { return nil }
      defer { Py_DecRef(source) }
      return call("json", "loads", [source])
    }
  }

  /// `module.name(*arguments)`; arguments are borrowed.
  static func call(_ module: String, _ name: String, _ arguments: [PyRef], _ keywords: PyRef? = nil) -> PyRef? {
    guard let module = PyImport_ImportModule(module) else { return nil }
    defer { Py_DecRef(module) }
    guard let function = PyObject_GetAttrString(module, name), let tuple = tuple(arguments.map(retained)) else {
      return nil
    }
    defer {
      Py_DecRef(function)
      Py_DecRef(tuple)
    }
    return PyObject_Call(function, tuple, keywords)
  }

  /// Takes over the references to the elements; nil when one of them is.
  static func tuple(_ elements: [PyRef?]) -> PyRef? {
    guard elements.allSatisfy({ $0 != nil }), let tuple = PyTuple_New(elements.count) else {
      for element in elements { element.map { Py_DecRef($0) } }
      return nil
    }
    for (index, element) in elements.enumerated() { PyTuple_SetItem(tuple, index, element) }
    return tuple
  }

  /// An argument of a function that takes so many, borrowed; nil with an exception set when there are not as many.
  static func argument(_ number: Int, of count: Int, in arguments: PyRef?) -> PyRef? {
    let given = PyTuple_Size(arguments)
    guard given == count else {
      return PythonException.raise(pix_type_error(), "\(count) arguments are needed, not \(given)")
    }
    return PyTuple_GetItem(arguments, number)
  }

  static func bytes(_ bytes: [UInt8]) -> PyRef? {
    bytes.withUnsafeBytes { PyBytes_FromStringAndSize($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count) }
  }

  static func flag(_ flag: Bool) -> PyRef? { PyBool_FromLong(flag ? 1 : 0) }

  static func retained(_ object: PyRef) -> PyRef {
    Py_IncRef(object)
    return object
  }

  /// A Python str as Swift text.
  static func string(_ object: PyRef) -> String? {
    var length = 0
    guard let bytes = PyUnicode_AsUTF8AndSize(object, &length) else { return nil }
    return bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
      String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
    }
  }
}
