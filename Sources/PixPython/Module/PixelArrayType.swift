import CPython
import PixStream

/// Pixels as Python's buffer protocol shows them (PEP 3118): uint8 or float32, writable, C-contiguous.
final class PixelArray {
  static let type = HeapType<PixelArray>(
    "pixcrawler.PixelArray",
    doc: "Pixel memory of the engine. numpy.asarray shows it without a copy; it lives as long as any view.",
    slots: [
      (Py_bf_getbuffer, Slots.buffer { PixelArray.fill($0, $1, $2) })
    ])

  private let pixels: PixelBuffer
  private let address: UnsafeMutableRawPointer
  private let dimensions: Int
  private let bytes: Int
  /// Shape, then strides.
  private let layout: UnsafeMutablePointer<Int>
  /// As PEP 3118 writes it.
  private let format: StaticString
  private let valueBytes: Int

  /// One image: (H, W, C), or (C, H, W) in planes.
  convenience init(_ pixels: PixelBuffer, image: Int) {
    self.init(pixels, from: image, shape: pixels.shape.axes)
  }

  /// Images side by side: (B, H, W, C), or (B, C, H, W) in planes.
  convenience init(_ pixels: PixelBuffer, images: Range<Int>) {
    self.init(pixels, from: images.lowerBound, shape: [images.count] + pixels.shape.axes)
  }

  private init(_ pixels: PixelBuffer, from image: Int, shape: [Int]) {
    self.pixels = pixels
    address = pixels.address + image * pixels.shape.byteCount
    dimensions = shape.count
    valueBytes = pixels.shape.layout.bytesPerValue
    switch pixels.shape.layout {
    case .pixels: format = "B"
    case .planes: format = "f"
    }
    bytes = shape.reduce(valueBytes, *)
    layout = .allocate(capacity: dimensions * 2)
    var stride = valueBytes
    for axis in shape.indices.reversed() {
      layout[axis] = shape[axis]
      layout[dimensions + axis] = stride
      stride *= shape[axis]
    }
  }

  deinit { layout.deallocate() }

  private static func fill(_ object: PyRef?, _ view: UnsafeMutablePointer<Py_buffer>?, _ flags: Int32)
    -> Int32
  {
    guard let view else {
      PyErr_SetString(pix_buffer_error(), "no view is given")
      return -1
    }
    view.pointee.obj = nil
    if flags & contiguityMask == fortranOnly {
      PyErr_SetString(pix_buffer_error(), "pixels are C-contiguous, not Fortran-contiguous")
      return -1
    }
    let array = HeapType<PixelArray>.box(of: object)
    let hasShape = flags & PyBUF_ND != 0
    view.pointee.buf = array.address
    view.pointee.len = array.bytes
    view.pointee.readonly = 0
    view.pointee.itemsize = array.valueBytes
    view.pointee.format =
      flags & PyBUF_FORMAT != 0 ? UnsafeMutablePointer(mutating: array.format.cString) : nil
    view.pointee.ndim = hasShape ? Int32(array.dimensions) : 1
    view.pointee.shape = hasShape ? array.layout : nil
    view.pointee.strides =
      flags & PyBUF_STRIDES == PyBUF_STRIDES ? array.layout + array.dimensions : nil
    view.pointee.suboffsets = nil
    view.pointee.internal = nil
    Py_IncRef(object)
    view.pointee.obj = object
    return 0
  }

  private static let contiguityMask: Int32 = 0x20 | 0x40 | 0x80
  private static let fortranOnly: Int32 = 0x40
}
