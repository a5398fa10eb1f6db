/// What an image is called: text most of the time, else whatever JSON its metadata holds.
public enum Label: Sendable, Hashable {
  case text(String)
  case integer(Int)
  /// Any other JSON value, as text: keys sorted, no spaces.
  case json(String)
}
