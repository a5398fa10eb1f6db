import CCodecs

/// zlib's raw inflate with an end of life.
struct Inflater: ~Copyable {
  enum Progress { case needsInput, needsRoom, ended }

  private let stream: UnsafeMutablePointer<z_stream>

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    precondition(pix_inflate_init_raw(stream) == Z_OK, "zlib has no memory")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Inflates from `input`, which loses what was read, into `output`. Nil: the data is corrupt.
  mutating func inflate(
    _ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> (written: Int, progress: Progress)? {
    let most = Int(UInt32.max)
    let inputCount = min(input.count, most)
    let outputCount = min(output.count, most)
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(inputCount)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(outputCount)
    let code = CCodecs.inflate(stream, Z_NO_FLUSH)
    input = UnsafeRawBufferPointer(rebasing: input[(inputCount - Int(stream.pointee.avail_in))...])
    let written = outputCount - Int(stream.pointee.avail_out)
    switch code {
    case Z_STREAM_END: return (written, .ended)
    case Z_OK, Z_BUF_ERROR: return (written, stream.pointee.avail_out == 0 ? .needsRoom : .needsInput)
    default: return nil
    }
  }
}
