/// The version of everything built from this package.
public enum PixCrawlerVersion {
  public static let text = "0.1.0"
}
