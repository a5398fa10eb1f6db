import FoundationEssentials

/// `metadata.json` at an archive's root: what its maker says of each image.
public struct ChunkMetadata: Sendable {
  public static let name = "metadata.json"
  /// Larger ones are refused before they are read.
  public static let longest = 64 << 20

  /// The document as it came.
  public let json: [UInt8]
  private let labels: [String: Label]

  /// - Throws: `ZipError.malformed` when the document has another shape than `{"images": [{"filename", "label"}]}`.
  public init(_ json: UnsafeRawBufferPointer) throws(ZipError) {
    self.json = Array(json)
    do {
      let document = try JSONDecoder().decode(Document.self, from: Data(json))
      labels = Dictionary(
        (document.images ?? []).compactMap { image in
          image.label.map { (EntryPath.plain(image.filename), $0.label) }
        },
        uniquingKeysWith: { first, _ in first })
    } catch {
      throw .malformed(offset: 0, reason: "its metadata.json is no object with an \"images\" list")
    }
  }

  public subscript(entry: String) -> Label? { labels[EntryPath.plain(entry)] }

  private struct Document: Decodable { let images: [Image]? }

  private struct Image: Decodable {
    let filename: String
    let label: JSONLabel?
  }

  private struct JSONLabel: Decodable {
    let label: Label

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let text = try? value.decode(String.self) {
        label = .text(text)
      } else if let flag = try? value.decode(Bool.self) {
        label = .json(flag ? "true" : "false")
      } else if let number = try? value.decode(Int.self) {
        label = .integer(number)
      } else {
        // The same text for the same value, whatever order its keys came in.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(try value.decode(JSONValue.self))
        label = .json(String(decoding: data, as: UTF8.self))
      }
    }
  }
}
