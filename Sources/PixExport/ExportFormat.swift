/// What a downloaded dataset becomes.
public enum ExportFormat: String, Sendable, CaseIterable, Codable {
  /// `images.npy` (N, H, W, 3) uint8 RGB, `labels.npy` (N,) int64, `classes.json`.
  case numpy
  /// A folder of images per class, with the original bytes.
  case images
  /// The original chunks and `dataset.json`.
  case zip
}
