import Crypto
import FoundationEssentials
import PixRemote
import PixStream

/// What a folder is a download of: the first line of its record.
struct ExportIdentity: Codable, Sendable, Equatable {
  /// Of the record itself.
  static let knownFormatVersion = 1

  var formatVersion = ExportIdentity.knownFormatVersion
  /// As it was named, without what may be secret in an address.
  var source: String
  var baseURL: String
  var datasetID: String
  /// A digest of everything in the description that tells one state of the dataset from another.
  var state: String
  var format: ExportFormat
  var selection: ExportSelection
  /// Height and width.
  var imageSize: [Int]?

  init(_ dataset: Dataset, format: ExportFormat, selection: ExportSelection) {
    let configuration = dataset.configuration
    source =
      PublicURL.isAddress(configuration.source) ? PublicURL(configuration.source).description : configuration.source
    baseURL = PublicURL(configuration.baseURL).description
    datasetID = dataset.job.id
    state = ExportIdentity.state(of: dataset)
    self.format = format
    self.selection = selection
    // Only pixels have a size; the other formats keep the bytes as they are.
    imageSize = format == .numpy ? configuration.rendition.size.map { [$0.height, $0.width] } : nil
  }

  /// Whether chunks fetched for the one are the other's, too.
  func hasChunks(of other: ExportIdentity) -> Bool { datasetID == other.datasetID && state == other.state }

  /// In the command line's words.
  var options: String {
    var words = "--format \(format.rawValue)"
    if let imageSize { words += " --image-size \(imageSize.map(String.init).joined(separator: "x"))" }
    for label in selection.labels { words += " --label \(label)" }
    if let limit = selection.limit { words += " --limit \(limit)" }
    return words
  }

  /// Links change with every answer and are left out.
  private static func state(of dataset: Dataset) -> String {
    var facts = dataset.job
    facts.chunks = dataset.chunks.map { chunk in
      var chunk = chunk
      chunk.url = ""
      chunk.expiresAt = nil
      return chunk
    }
    facts.progress = nil
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let digest = SHA256.hash(data: (try? encoder.encode(facts)) ?? Data())
    return digest.hexadecimal
  }
}
