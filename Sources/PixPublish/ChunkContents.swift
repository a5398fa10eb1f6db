/// A chunk's `metadata.json` as the packer writes it.
struct ChunkContents: Encodable {
  struct Image: Encodable {
    var filename: String
    var label: String?
    var size: Int
  }

  var chunkIndex: Int
  var images: [Image]

  init(chunkIndex: Int, images: [ImageFolder.Image]) {
    self.chunkIndex = chunkIndex
    self.images = images.map { Image(filename: $0.path, label: $0.label, size: $0.size) }
  }

  enum CodingKeys: String, CodingKey {
    case chunkIndex = "chunk_index"
    case images
  }
}
