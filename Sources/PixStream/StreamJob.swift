import PixDecode

/// What a worker thread can do for a stream.
enum StreamJob {
  case examine(ExamineJob)
  case decode(DecodeJob)
}

/// Unpack an entry, prove it, and read its image header.
struct ExamineJob {
  let chunk: Int
  let epoch: Int
  let item: Int
  let packed: PackedEntry
  let reserved: Int
}

/// An entry that is an image: its file's bytes and what the header says.
struct Examined {
  let bytes: ByteBuffer
  let header: ImageHeader
  /// The shape it is given in.
  let shape: ImageShape
}

/// Decode an image into its row.
struct DecodeJob {
  let slab: Int
  let row: Int
  let image: Examined
  let pixels: PixelBuffer
  let sample: Sample
  let reserved: Int
}
