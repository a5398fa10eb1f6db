/// How an image becomes one of a given size.
public enum Resize: String, Sendable, CaseIterable {
  /// Each side by its own factor.
  case stretch
  /// Both sides by the factor that covers the size; what juts out is cut off evenly.
  case crop
  /// Both sides by the factor that fits into the size; the rest is black (transparent in RGBA), evenly.
  case pad
}
