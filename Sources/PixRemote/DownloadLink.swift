/// A fresh link to a chunk, as the service hands it out. It is not to be shown: whoever has it may read.
struct DownloadLink: Decodable, Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  var downloadURL: String
  var expiresAt: String?

  enum CodingKeys: String, CodingKey {
    case downloadURL = "download_url"
    case expiresAt = "expires_at"
  }

  var description: String { PublicURL(downloadURL).description }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}
