import Glibc
import PixDecode

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
    source: String, apiKey: String? = nil, baseURL: String = defaultBaseURL, maxWorkers: Int = 4,
    timeout: Double = 300, verifiesTLS: Bool = true, memoryLimit: Int = defaultMemoryLimit,
    pixelLimit: Int = defaultPixelLimit, rendition: Rendition = Rendition(), onError: ErrorPolicy = .raise
  ) {
    self.source = source
    self.apiKey = apiKey
    self.baseURL = baseURL
    self.maxWorkers = maxWorkers
    self.timeout = timeout
    self.verifiesTLS = verifiesTLS
    self.memoryLimit = memoryLimit
    self.pixelLimit = pixelLimit
    self.rendition = rendition
    self.onError = onError
  }

  /// The key for the service: PIXCRAWLER_API_KEY, then PIXCRAWLER_SERVICE_KEY.
  public static var keyFromEnvironment: String? { keyVariable.flatMap(variable) }

  /// The name of the environment variable that has the key.
  public static var keyVariable: String? { keyVariable(in: variable) }

  static func keyVariable(in environment: (String) -> String?) -> String? {
    ["PIXCRAWLER_API_KEY", "PIXCRAWLER_SERVICE_KEY"].first { environment($0)?.isEmpty == false }
  }

  private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
