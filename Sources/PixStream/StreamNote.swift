import PixRemote

/// What happens beside the reading, for whoever wants to know.
public enum StreamNote: Sendable, Equatable {
  /// An image that could not be read and that `ErrorPolicy` keeps from raising.
  case leftOut(DatasetError)
  /// A chunk's transfer failed and goes on after a pause.
  case retrying(chunk: String, after: RemoteError, pause: Duration)
}
