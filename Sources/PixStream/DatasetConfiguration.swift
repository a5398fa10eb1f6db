import PixDecode
import PixRemote

/// All it takes to open a dataset: a plain value that crosses forks.
public struct DatasetConfiguration: Sendable {
  public static let defaultBaseURL = "https://api.pixcrawler.com"
  /// 256 MiB.
  public static let defaultMemoryLimit = 256 << 20
  /// Twice Pillow's `Image.MAX_IMAGE_PIXELS`, where Pillow raises `DecompressionBombError`.
  public static let defaultPixelLimit = 178_956_970

  /// A job id, a URL or a path.
  public var source: String
  public var apiKey: String?
  /// Where a key was looked for, to be told of where one is missing.
  public var keySearch: KeySearch?
  public var baseURL: String
  /// Transfers at a time, at most.
  public var maxWorkers: Int
  /// Seconds a transfer may stay silent.
  public var timeout: Double
  public var verifiesTLS: Bool
  /// Bytes one iteration may hold ahead of its reader.
  public var memoryLimit: Int
  public var pixelLimit: Int
  public var rendition: Rendition
  public var onError: ErrorPolicy

  public init(
    source: String, apiKey: String? = nil, keySearch: KeySearch? = nil, baseURL: String = defaultBaseURL,
    maxWorkers: Int = 4, timeout: Double = 300, verifiesTLS: Bool = true,
    memoryLimit: Int = defaultMemoryLimit, pixelLimit: Int = defaultPixelLimit, rendition: Rendition = Rendition(),
    onError: ErrorPolicy = .raise
  ) {
    self.source = source
    self.apiKey = apiKey ?? keySearch?.key
    self.keySearch = keySearch
    self.baseURL = baseURL
    self.maxWorkers = maxWorkers
    self.timeout = timeout
    self.verifiesTLS = verifiesTLS
    self.memoryLimit = memoryLimit
    self.pixelLimit = pixelLimit
    self.rendition = rendition
    self.onError = onError
  }

  func policy() -> ConnectionPolicy { ConnectionPolicy(timeout: .seconds(timeout), verifiesTLS: verifiesTLS) }

  func key() throws(RemoteError) -> APIKey? {
    guard let apiKey else { return nil }
    return try APIKey(apiKey)
  }

  /// What the service said, with the places that were looked at for a key where it was asked without one.
  func explained(_ error: RemoteError) -> DatasetError {
    switch error {
    case .cancelled: .cancelled
    case .status(_, 401, _, _), .status(_, 403, _, _):
      if apiKey == nil, let keySearch { .keyless(error, keySearch) } else { .remote(error) }
    default: .remote(error)
    }
  }
}
