/// A fresh link to a chunk, as the service hands it out.
struct DownloadLink: Decodable, Sendable {
  var downloadURL: String
  var expiresAt: String?

  enum CodingKeys: String, CodingKey {
    case downloadURL = "download_url"
    case expiresAt = "expires_at"
  }
}
