import CPython

/// C functions as CPython's tables hold them.
enum Slots {
  typealias Unary = @convention(c) (PyRef?) -> PyRef?
  typealias Binary = @convention(c) (PyRef?, PyRef?) -> PyRef?
  typealias Keyword = @convention(c) (PyRef?, PyRef?, PyRef?) -> PyRef?
  typealias Length = @convention(c) (PyRef?) -> Int
  typealias Getter = @convention(c) (PyRef?, UnsafeMutableRawPointer?) -> PyRef?
  typealias Buffer = @convention(c) (PyRef?, UnsafeMutablePointer<Py_buffer>?, Int32) -> Int32

  static func unary(_ function: Unary) -> UnsafeMutableRawPointer {
    unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
  }
  static func binary(_ function: Binary) -> UnsafeMutableRawPointer {
    unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
  }
  static func length(_ function: Length) -> UnsafeMutableRawPointer {
    unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
  }
  static func buffer(_ function: Buffer) -> UnsafeMutableRawPointer {
    unsafeBitCast(function, to: UnsafeMutableRawPointer.self)
  }

  static func method(_ name: StaticString, _ doc: StaticString, _ function: Binary) -> PyMethodDef {
    PyMethodDef(ml_name: name.cString, ml_meth: function, ml_flags: METH_NOARGS, ml_doc: doc.cString)
  }

  static func variadic(_ name: StaticString, _ doc: StaticString, _ function: Binary) -> PyMethodDef {
    PyMethodDef(ml_name: name.cString, ml_meth: function, ml_flags: METH_VARARGS, ml_doc: doc.cString)
  }

  static func keyword(_ name: StaticString, _ doc: StaticString, _ function: Keyword) -> PyMethodDef {
    PyMethodDef(
      ml_name: name.cString, ml_meth: unsafeBitCast(function, to: Binary.self),
      ml_flags: METH_VARARGS | METH_KEYWORDS, ml_doc: doc.cString)
  }

  static func property(_ name: StaticString, _ doc: StaticString, _ getter: Getter) -> PyGetSetDef {
    PyGetSetDef(name: name.cString, get: getter, set: nil, doc: doc.cString, closure: nil)
  }
}
