import CPython

/// A Python type whose instances own a Swift object.
///
/// Everything CPython keeps (names, tables) is made once and lives as long as the process.
struct HeapType<Box: AnyObject>: @unchecked Sendable {
  let type: PyRef

  /// - Parameters:
  ///   - slots: slot ids and C functions, without `Py_tp_dealloc`, which is given here.
  init?(
    _ name: StaticString, doc: StaticString, methods: [PyMethodDef] = [], properties: [PyGetSetDef] = [],
    slots: [(Int32, UnsafeMutableRawPointer)]
  ) {
    let deallocate: @convention(c) (PyRef?) -> Void = { object in
      guard let object else { return }
      if let box = pix_box(object) { Unmanaged<AnyObject>.fromOpaque(box).release() }
      pix_free(object)
    }
    var all = slots.map { PyType_Slot(slot: $0.0, pfunc: $0.1) }
    all.append(
      PyType_Slot(slot: Py_tp_dealloc, pfunc: unsafeBitCast(deallocate, to: UnsafeMutableRawPointer.self)))
    all.append(PyType_Slot(slot: Py_tp_doc, pfunc: UnsafeMutableRawPointer(mutating: doc.utf8Start)))
    if !methods.isEmpty {
      all.append(PyType_Slot(slot: Py_tp_methods, pfunc: forever(methods + [PyMethodDef()])))
    }
    if !properties.isEmpty {
      all.append(PyType_Slot(slot: Py_tp_getset, pfunc: forever(properties + [PyGetSetDef()])))
    }
    all.append(PyType_Slot())
    var spec = PyType_Spec(
      name: name.cString, basicsize: Int32(MemoryLayout<PixObject>.size), itemsize: 0,
      flags: pix_type_flags(), slots: forever(all).assumingMemoryBound(to: PyType_Slot.self))
    guard let type = PyType_FromSpec(&spec) else { return nil }
    self.type = type
  }

  /// A new instance; nil with a Python exception set when there is no memory.
  func make(_ box: Box) -> PyRef? {
    guard let object = pix_new(type) else { return nil }
    pix_set_box(object, Unmanaged.passRetained(box as AnyObject).toOpaque())
    return object
  }

  static func box(of object: PyRef?) -> Box {
    unsafeDowncast(Unmanaged<AnyObject>.fromOpaque(pix_box(object!)).takeUnretainedValue(), to: Box.self)
  }
}

typealias PyRef = UnsafeMutablePointer<PyObject>

/// Memory that CPython may keep.
private func forever<Element>(_ elements: [Element]) -> UnsafeMutableRawPointer {
  let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
  memory.initialize(from: elements, count: elements.count)
  return UnsafeMutableRawPointer(memory)
}

extension StaticString {
  var cString: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
