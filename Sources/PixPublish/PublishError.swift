/// Why a dataset could not be packed or served.
public enum PublishError: Error, Equatable, Sendable, CustomStringConvertible {
  case notAFolder(String)
  case noImages(String)
  case outputNotEmpty(String)
  case noDatasetToReplace(String)
  case outputInsideInput(String)
  case file(path: String, reason: String)
  case noDatasets(String)
  case unusableKey
  case noAddress(String)
  case address(host: String, port: Int, reason: String)

  public var description: String {
    switch self {
    case .notAFolder(let path): "\(path) is no folder"
    case .noImages(let path):
      "\(path) holds no JPEG, PNG or WebP images. Put them into one folder per class, like \(path)/cat/1.jpg"
    case .outputNotEmpty(let path):
      "\(path) holds files already. Choose a new folder, or replace the dataset in it with --force"
    case .noDatasetToReplace(let path):
      "\(path) holds files, but no dataset that --force could replace. Choose a new folder"
    case .outputInsideInput(let path):
      "\(path) lies inside the folder that is packed. Choose a place outside it"
    case .file(let path, let reason): "\(path): \(reason)"
    case .noDatasets(let path):
      "\(path) holds no dataset: no dataset.json in it or one folder below. Make one: pixcrawler pack PHOTOS \(path)"
    case .unusableKey:
      "no client can send this key: it is empty, or holds a space, a line break or a character outside ASCII"
    case .noAddress(let host):
      "\(host) is no IP address. Take --host 127.0.0.1 for this machine alone, or 0.0.0.0 for every network"
    case .address(let host, let port, let reason):
      "cannot listen on \(host) port \(port): \(reason). "
        + "Choose another port with --port (0 for a free one) or another address with --host"
    }
  }
}
